public import SNMPWire

/// Reads notifications of every version from whole datagrams, and verifies and decrypts those of v3, without regard to
/// when they come: for what was received before, in a journal or a capture.
public struct NotificationOpener: Sendable {
    public enum Failure: Error, Sendable, Hashable {
        case malformed(WireError)
        /// Never for time or replay, nor for a binding or a minimum level: those were judged when it was received.
        case refused(SecurityRefusal)
    }

    /// What a datagram is.
    public enum Opened: Sendable, Hashable {
        case notification(SNMPNotification)
        /// It was encrypted, and is neither trap nor inform: what a device answers to the manager.
        case other(OpenedMessage)
    }

    private let users: UserTable
    private let kept: @Sendable (ShortOctets, EngineID) -> [LocalisedKeys]
    private let ring: KeyRing

    /// Where no user is known: what is neither authenticated nor encrypted can be read.
    public static let keyless: @Sendable () -> NotificationOpener = {
        let opener = NotificationOpener(users: UserTable())
        return { opener }
    }()

    /// - Parameters:
    ///   - users: those in force.
    ///   - kept: keys of users as they were before.
    public init(users: UserTable, kept: KeptKeys = KeptKeys(), ring: KeyRing = KeyRing()) {
        self.init(users: users, ring: ring) { kept.keys(of: $0, at: $1) }
    }

    /// - Parameter kept: the keys that a user had at an engine, the latest first.
    init(users: UserTable, ring: KeyRing, kept: @escaping @Sendable (ShortOctets, EngineID) -> [LocalisedKeys]) {
        self.users = users
        self.kept = kept
        self.ring = ring
    }

    /// Whether what a user sends says anything of its engine's clock, as the users in force are. One that is not known any
    /// more was strict, for all that is known.
    public func clockPolicy(ofUser name: ArraySlice<UInt8>) -> ClockPolicy {
        let name = unsafe name.withUnsafeBytes { unsafe ShortOctets($0.bytes) }
        return name.flatMap { users.entry(named: $0)?.user.clock } ?? .strict
    }

    /// The notification; it shares the datagram's buffer, or that of its plaintext. Localises once at most.
    public func open(
        _ datagram: [UInt8], leniency: Leniency = .devices
    ) throws(Failure) -> SNMPNotification {
        switch try read(datagram, leniency: leniency) {
        case .notification(let notification): return notification
        case .other: throw .refused(.notANotification)
        }
    }

    /// As `open`, for whoever wants the rest too, which then need not be decrypted again. Localises once at most.
    public func read(_ datagram: [UInt8], leniency: Leniency = .devices) throws(Failure) -> Opened {
        let plain: SNMPNotification?
        do throws(WireError) {
            plain = try SNMPNotification.decode(datagram, leniency: leniency)
        } catch {
            guard error.code == .v3Unsupported else { throw .malformed(error) }
            plain = nil
        }
        if let plain, plain.v3.map({ $0.level == .noAuthNoPriv }) ?? true { return .notification(plain) }
        return try authenticated(datagram, plain, leniency)
    }

    /// A v3 message with its scoped PDU in the open, whatever its PDU is; `nil` for another version. Localises once at
    /// most.
    public func openMessage(
        _ datagram: [UInt8], leniency: Leniency = .devices
    ) throws(Failure) -> OpenedMessage? {
        let summary: V3Summary
        do throws(WireError) {
            guard let read = try V3View.check(datagram, leniency: leniency) else { return nil }
            summary = read
        } catch {
            throw .malformed(error)
        }
        if summary.level == .noAuthNoPriv {
            guard let scoped = summary.scoped else { return nil }
            return OpenedMessage(summary: summary, plaintext: nil, scoped: scoped)
        }
        let plaintext = try plaintext(datagram, summary, leniency)
        guard let scoped = plaintext?.scoped ?? summary.scoped else { return nil }
        return OpenedMessage(summary: summary, plaintext: plaintext?.octets, scoped: scoped)
    }

    /// The datagram with the plaintext of its scoped PDU behind it, as `NotificationReader` takes it; `nil` where there is
    /// nothing to decrypt, or nobody can.
    public func unsealed(_ datagram: [UInt8], leniency: Leniency = .devices) -> [UInt8]? {
        guard let summary = (try? V3View.check(datagram, leniency: leniency)) ?? nil, summary.encrypted != nil,
            let plaintext = (try? plaintext(datagram, summary, leniency)) ?? nil
        else { return nil }
        return datagram + plaintext.octets
    }

    private func authenticated(
        _ datagram: [UInt8], _ plain: SNMPNotification?, _ leniency: Leniency
    ) throws(Failure) -> Opened {
        let summary: V3Summary?
        do throws(WireError) {
            summary = try V3View.check(datagram, leniency: leniency)
        } catch {
            throw .malformed(error)
        }
        guard let summary else { throw .malformed(WireError(.badVersion, at: 0)) }
        guard let plaintext = try plaintext(datagram, summary, leniency) else {
            guard let plain else { throw .refused(.decryptionFailed(nil)) }
            return .notification(plain)
        }
        guard plaintext.scoped.kind.isNotification else {
            return .other(OpenedMessage(summary: summary, plaintext: plaintext.octets, scoped: plaintext.scoped))
        }
        do throws(WireError) {
            return .notification(
                try SNMPNotification.decode(
                    plaintext: plaintext.octets, of: summary, in: datagram, leniency: leniency))
        } catch {
            throw .refused(.decryptionFailed(error))
        }
    }

    /// What was encrypted, and what it is.
    private struct Plaintext {
        var octets: [UInt8]
        var scoped: ScopedSummary
    }

    /// Of an authentic message; `nil` where it is not encrypted.
    private func plaintext(
        _ datagram: [UInt8], _ summary: V3Summary, _ leniency: Leniency
    ) throws(Failure) -> Plaintext? {
        do throws(SecurityRefusal) {
            let message = try IncomingMessage(datagram.rawOctets, summary)
            return try plaintext(of: message, leniency)
        } catch {
            throw .refused(error)
        }
    }

    /// With the keys of the user as it is, or else as it was. That keys authenticate the message does not say that they
    /// decrypt it: of two secrets one may have been changed, so that the first whose plaintext is one are right.
    private func plaintext(
        of message: borrowing IncomingMessage, _ leniency: Leniency
    ) throws(SecurityRefusal) -> Plaintext? {
        var refusal = SecurityRefusal.unknownUser
        var tried: LocalisedKeys?
        if let entry = users.entry(named: message.user) {
            do throws(SecurityRefusal) {
                let keys = try message.authenticate(entry, ring)
                tried = keys
                return try Self.plaintext(of: message, keys, leniency)
            } catch {
                refusal = error
            }
        }
        for keys in kept(message.user, message.engine) where keys != tried && message.isAuthentic(with: keys) {
            do throws(SecurityRefusal) {
                return try Self.plaintext(of: message, keys, leniency)
            } catch {
                // What the latest that authenticate it say tells most.
                if tried == nil { (tried, refusal) = (keys, error) }
            }
        }
        throw refusal
    }

    private static func plaintext(
        of message: borrowing IncomingMessage, _ keys: LocalisedKeys, _ leniency: Leniency
    ) throws(SecurityRefusal) -> Plaintext? {
        guard let octets = try message.plaintext(keys) else { return nil }
        do throws(WireError) {
            return Plaintext(
                octets: octets, scoped: try V3View.checkScopedPDU(octets.rawOctets, leniency: leniency))
        } catch {
            throw .decryptionFailed(error)
        }
    }
}
