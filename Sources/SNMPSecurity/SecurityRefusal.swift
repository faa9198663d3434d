public import SNMPWire

/// Why a v3 message was not believed. A small closed set: its labels are the reasons of a metric.
public enum SecurityRefusal: Error, Sendable, Hashable {
    /// The authoritative engine is empty, as in a discovery, or none that the message could mean.
    case unknownEngine
    case unknownUser
    /// The user has not the secrets for this level.
    case unsupportedLevel(SecurityLevel)
    /// The user's messages must have another level at least.
    case levelTooLow(told: SecurityLevel, minimum: SecurityLevel)
    /// The user is bound to engines, of which this is none.
    case engineNotBound
    /// The user is bound to networks, in none of which the sender is.
    case networkNotBound
    /// The user is bound to contexts, of which this is none.
    /// - Parameter context: as it may be shown.
    case contextNotBound(context: String)
    /// Nothing is proved, and the user is bound to nothing that would make up for it.
    case unboundWithoutAuthentication
    /// Nothing is proved, and the user is bound to engines alone, which say nothing of who sends an inform. It is counted
    /// as one that is bound to nothing.
    case informBoundToEnginesAlone
    /// The authentication code is another one than the user's key gives.
    case wrongDigest(DigestMismatch)
    /// So many seconds behind the engine's clock as it is known.
    case notInTimeWindow(secondsOff: Int)
    /// Meant for our own engine, and off its clock in either direction. It is counted as one that is not in the window.
    case ownClockMissed(told: EngineReading, own: EngineReading)
    /// Meant for our own engine by a sender who has seen it count more boots: our counter is an old one, as after a backup
    /// was restored. The sender takes no fewer boots from anybody (RFC 3414 §3.2 step 7b), so that this lasts.
    case ownBootsWentBack(told: Int32, own: Int32)
    /// Its sender asks for our engine ID or clock so many times, is told each time, and no inform follows that could be
    /// let in.
    case noInformFollows(times: Int)
    /// A trap whose sender claims to be our own engine: it is a copy of it, or was given its ID.
    case ownEngineTrap
    /// The engine tells fewer boots than it did before.
    case bootsWentBack(known: EngineReading, told: EngineReading)
    /// It tells as many, and less time than any delay explains: most devices that lose their boots counter begin with the
    /// same number again.
    case timeWentBack(known: EngineReading, told: EngineReading)
    /// Engines whose boots have reached the largest number must be given new keys (RFC 3414 §2.3).
    case bootsExhausted
    /// Received before; or timely, and so old that what was received then is forgotten.
    case replayed
    /// Authentic and yet unreadable: the privacy key does not fit.
    case decryptionFailed(WireError?)
    /// Authentic and well-formed, but no notification.
    case notANotification
}

/// What the code of a message tells of why it does not fit, without trying any other key.
public enum DigestMismatch: Sendable, Hashable {
    /// It has as many octets as the user's protocol gives: another password, or another protocol of the same length.
    case sameLength(AuthenticationProtocol)
    /// It has as many as these other protocols give.
    case otherProtocol(told: [AuthenticationProtocol], configured: AuthenticationProtocol)
    /// No protocol has codes of this length.
    case noProtocol(length: Int)
}

extension SecurityRefusal {
    public var label: String {
        switch self {
        case .unknownEngine: "v3-unknown-engine"
        case .unknownUser: "v3-unknown-user"
        case .unsupportedLevel: "v3-unsupported-level"
        case .levelTooLow: "v3-level-too-low"
        case .engineNotBound: "v3-engine-not-bound"
        case .networkNotBound: "v3-network-not-bound"
        case .contextNotBound: "v3-context-not-bound"
        case .unboundWithoutAuthentication, .informBoundToEnginesAlone: "v3-unbound-no-auth"
        case .wrongDigest: "v3-wrong-digest"
        case .notInTimeWindow, .ownClockMissed: "v3-not-in-time-window"
        case .ownBootsWentBack: "v3-own-boots-went-back"
        case .noInformFollows: "v3-no-inform-follows"
        case .ownEngineTrap: "v3-own-engine-trap"
        case .bootsWentBack: "v3-boots-went-back"
        case .timeWentBack: "v3-time-went-back"
        case .bootsExhausted: "v3-boots-exhausted"
        case .replayed: "v3-replayed"
        case .decryptionFailed: "v3-decryption-failed"
        case .notANotification: "v3-not-a-notification"
        }
    }

    /// All labels that there are.
    public static let labels: [String] = [
        SecurityRefusal.unknownEngine, .unknownUser, .unsupportedLevel(.authPriv),
        .levelTooLow(told: .noAuthNoPriv, minimum: .authPriv), .engineNotBound, .networkNotBound,
        .contextNotBound(context: ""), .unboundWithoutAuthentication, .wrongDigest(.noProtocol(length: 0)),
        .notInTimeWindow(secondsOff: 0), .ownBootsWentBack(told: 0, own: 0), .noInformFollows(times: 0), .ownEngineTrap,
        .bootsWentBack(known: nowhere, told: nowhere), .timeWentBack(known: nowhere, told: nowhere), .bootsExhausted,
        .replayed, .decryptionFailed(nil), .notANotification,
    ].map(\.label)

    private static let nowhere = EngineReading(boots: 0, time: 0)

    /// What the sender is told where it asked for it; `nil` where a report would say nothing that it could use.
    public var report: ReportKind? {
        switch self {
        case .unknownEngine: .unknownEngineIDs
        case .unknownUser: .unknownUserNames
        case .unsupportedLevel, .levelTooLow, .unboundWithoutAuthentication, .informBoundToEnginesAlone:
            .unsupportedSecLevels
        case .wrongDigest: .wrongDigests
        case .notInTimeWindow, .ownClockMissed, .ownBootsWentBack, .bootsWentBack, .timeWentBack, .bootsExhausted:
            .notInTimeWindows
        case .decryptionFailed: .decryptionErrors
        case .engineNotBound, .networkNotBound, .contextNotBound, .replayed, .notANotification, .ownEngineTrap,
            // It has had its Report.
            .noInformFollows:
            nil
        }
    }

    /// What an operator reads who looks for a device's missing traps: what is wrong, and what to do about it. It names no
    /// secret.
    public func advice(user: String) -> String {
        switch self {
        case .unknownEngine:
            "it is meant for another engine than this server's; its sender has to discover the engine anew"
        case .unknownUser:
            "user `\(user)` is not configured; add it under access: users, or correct the name on the device"
        case .unsupportedLevel(let level):
            "user `\(user)` has no password for level \(level); add it, or lower the level on the device"
        case .levelTooLow(let told, let minimum):
            "user `\(user)` must send \(minimum) and sent \(told); raise the level on the device"
        case .engineNotBound:
            "user `\(user)` is bound to engines, and this is none of them; add it there if it may send"
        case .networkNotBound:
            "user `\(user)` is bound to networks, and its address is in none of them; add it there if it may send"
        case .contextNotBound(let context):
            """
            user `\(user)` is bound to contexts, and `\(context)` is none of them; add it under contexts if it may send
            """
        case .unboundWithoutAuthentication:
            """
            user `\(user)` sent without authentication, which is let in only where the user is bound to engines or \
            networks
            """
        case .informBoundToEnginesAlone:
            """
            user `\(user)` sent an inform without authentication, and is bound to engines alone: an inform bears this \
            server's engine ID and not its sender's; bind the user to networks too, or let the device send traps
            """
        case .wrongDigest(.sameLength(let configured)):
            """
            user `\(user)` is known, but its authentication key does not fit: check the password\
            \(Self.orProtocol(configured))
            """
        case .wrongDigest(.otherProtocol(let told, let configured)):
            """
            user `\(user)` is known, but the device uses \(told.map(\.description).joined(separator: " or ")) and not \
            \(configured): change the protocol on one of the two
            """
        case .wrongDigest(.noProtocol(let length)):
            "its authentication code has \(length) octets, which no protocol gives; look at what its sender is"
        case .notInTimeWindow(let seconds):
            """
            it is \(seconds) s behind the engine's clock: it was held up or repeated on its way, or the device's \
            clock goes wrong (clock: lenient on user `\(user)` lets it in)
            """
        case .ownClockMissed(let told, let own) where told.boots != own.boots:
            """
            it tells boots \(told.boots) of this server, which counts \(own.boots): its sender knows it from before a \
            restart and resynchronises by itself, or somebody repeats old messages
            """
        case .ownClockMissed(let told, let own):
            """
            it is \(Int(own.time) - Int(told.time)) s off this server's clock: its sender resynchronises by itself, \
            unless it was held up or repeated on its way
            """
        case .ownBootsWentBack(let told, let own):
            """
            it tells boots \(told) of this server, which counts \(own): the data folder was restored from a backup, or \
            copied, and its sender takes no fewer boots than it knows; stop the server and raise `boots` in the data \
            folder's file `engine` to \(told) at least, or remove that file to begin with a new engine ID
            """
        case .noInformFollows(let times):
            """
            its sender has asked \(times) times for this server's engine ID or clock, was answered, and no inform \
            followed: the Reports do not reach it (look at firewalls and NAT on the way back), or it does not take up \
            what they say (restart its SNMP service)
            """
        case .ownEngineTrap:
            """
            it is a trap whose sender has this server's own engine ID; give the device an engine ID of its own, by \
            which it is told from all others
            """
        case .bootsWentBack(let known, let told):
            """
            its engine tells \(told.boots) boots after it had told \(known.boots): it lost its counter, or was cloned, \
            or somebody repeats old messages; \(Self.trust(user))
            """
        case .timeWentBack(let known, let told):
            """
            its engine tells \(told.time) s since its boot, of which it counts \(told.boots) as before, and should tell \
            \(known.time) s: it restarted and lost its boots counter, or stood still, or was cloned, or somebody repeats \
            old messages; \(Self.trust(user))
            """
        case .bootsExhausted:
            "its engine has counted as many boots as there are numbers; give the engine a new engine ID"
        case .replayed:
            """
            it was received before, or cannot be told from what was, after a restart or while very much comes in: \
            somebody repeats old messages, or the network doubles them or held it up
            """
        case .decryptionFailed:
            """
            user `\(user)` is authentic, but its privacy key does not fit: check the privacy password and protocol \
            (AES-192 and AES-256 have a variant -C)
            """
        case .notANotification:
            "it is neither trap nor inform; something polls this port"
        }
    }

    /// A name as a line may bear it, whoever sent it: in printable ASCII, and no longer than users and contexts are.
    public static func printable(_ name: RawSpan) -> String {
        unsafe name.withUnsafeBytes { octets in
            unsafe String(
                decoding: octets.prefix(ShortOctets.maximumCount).map {
                    (0x20..<0x7f).contains($0) && $0 != UInt8(ascii: "`") ? $0 : UInt8(ascii: "?")
                },
                as: UTF8.self)
        }
    }

    private static func trust(_ user: String) -> String {
        """
        have its clock trusted (`trapline devices trust-clock` and its engine ID), or set clock: lenient on user `\(user)`
        """
    }

    private static func orProtocol(_ configured: AuthenticationProtocol) -> String {
        switch configured {
        case .md5: ", or that the device uses MD5 and not SHA-1"
        case .sha1: ", or that the device uses SHA-1 and not MD5"
        case .sha224, .sha256, .sha384, .sha512: ""
        }
    }
}
