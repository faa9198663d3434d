public import Basics
public import SNMPWire

/// What a receiver with these users would say of messages out of a file, as far as a file can tell: nobody's clock is
/// judged, nor whether a message was received before.
public struct OfflineSecurity: Sendable {
    private let users: UserTable
    private let ring: KeyRing

    public init(users: UserTable, ring: KeyRing = KeyRing()) {
        self.users = users
        self.ring = ring
    }

    /// Localises once at most.
    /// - Parameters:
    ///   - datagram: the whole, of which `summary` tells.
    ///   - sender: `nil` where it is not known: then bindings to networks fail.
    /// - Throws: why the message would not be let in.
    public func judge(
        _ datagram: RawSpan, _ summary: V3Summary, from sender: IPAddress?
    ) throws(SecurityRefusal) {
        if let kind = summary.scoped?.kind, !kind.isNotification { throw .notANotification }
        let message = try IncomingMessage(datagram, summary)
        guard let entry = users.entry(named: message.user) else { throw .unknownUser }
        // A file does not say which engine is its receiver's: an inform bears it, and of what is encrypted only an inform
        // wants a report (RFC 3412 §6.4).
        let isOurs = summary.scoped.map { $0.kind == .informRequest } ?? summary.isReportable
        try IncomingSecurity.permit(message, entry.user, from: sender, isOurs: isOurs)
        var plaintext: [UInt8]?
        if summary.level != .noAuthNoPriv {
            let keys = try message.authenticate(entry, ring)
            // Any other trap is let in as it is, and decrypted later.
            if isOurs || !entry.user.contexts.isEmpty { plaintext = try message.plaintext(keys) }
        }
        if let plaintext {
            let scoped = try IncomingSecurity.scoped(plaintext)
            guard scoped.kind.isNotification else { throw .notANotification }
            try IncomingSecurity.permit(entry.user, scoped, in: plaintext.rawOctets)
        } else if let scoped = summary.scoped {
            try IncomingSecurity.permit(entry.user, scoped, in: datagram)
        }
    }
}
