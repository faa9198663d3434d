/// What security must know of a v3 message, as plain numbers: nothing of it lives on the heap, and nothing of it is
/// verified. Ranges count from the datagram's first octet.
public struct V3Summary: Sendable, Hashable {
    public var messageID: Int32
    /// The longest message that the sender can take, in octets.
    public var maxSize: Int32
    public var level: SecurityLevel
    /// The sender wants a report where the message cannot be accepted.
    public var isReportable: Bool
    /// The message without what may follow it in the datagram: what is authenticated.
    public var message: Range<Int>
    /// The authoritative engine.
    public var engineID: Range<Int>
    public var engineBoots: Int32
    /// Seconds since the engine's last boot.
    public var engineTime: Int32
    public var userName: Range<Int>
    public var authenticationParameters: Range<Int>
    public var privacyParameters: Range<Int>
    /// The scoped PDU's ciphertext; `nil` where it is not encrypted.
    public var encrypted: Range<Int>?
    /// What the message says in plain text; `nil` where it is encrypted.
    public var scoped: ScopedSummary?
}

/// What must be known of a scoped PDU (RFC 3412 §6.8). Ranges count from the first octet of what it was read from.
public struct ScopedSummary: Sendable, Hashable {
    public var contextEngineID: Range<Int>
    public var contextName: Range<Int>
    public var kind: PDUKind
    /// 0 for a Trap-PDU of v1, which has none.
    public var requestID: Int32
    /// The PDU with its tag and length.
    public var pdu: Range<Int>

    init(_ layout: PDULayout, contextEngineID: Range<Int>, contextName: Range<Int>) {
        self.contextEngineID = contextEngineID
        self.contextName = contextName
        self.kind = layout.kind
        self.requestID = layout.requestID
        self.pdu = layout.element
    }
}

/// Looks for a v3 message where it lies.
public enum V3View {
    /// Reads every octet of the datagram and allocates nothing, whether it throws or not; the ciphertext may be
    /// anything.
    /// - Returns: `nil` for a well-formed message of another version.
    public static func check(
        _ datagram: RawSpan, leniency: Leniency = .devices
    ) throws(WireError) -> V3Summary? {
        let layout = try MessageLayout(datagram, leniency: leniency)
        guard case .v3(let v3) = layout.body else { return nil }
        return V3Summary(
            messageID: v3.messageID, maxSize: v3.maxSize, level: v3.level,
            isReportable: v3.flags & V3Envelope.reportableFlag != 0, message: 0..<layout.end, engineID: v3.engineID,
            engineBoots: v3.engineBoots, engineTime: v3.engineTime, userName: v3.userName,
            authenticationParameters: v3.authenticationParameters, privacyParameters: v3.privacyParameters,
            encrypted: v3.encrypted,
            scoped: v3.pdu.map {
                ScopedSummary($0, contextEngineID: v3.contextEngineID, contextName: v3.contextName)
            })
    }

    /// Whether a datagram that was checked before is encrypted: a look at its first octets.
    public static func isEncrypted(_ datagram: [UInt8]) -> Bool {
        var reader = BERReader(datagram.rawOctets, leniency: .devices)
        do {
            reader = reader.inside(try reader.element(BERTag.sequence))
            guard try reader.int32() == SNMPVersion.v3.rawValue else { return false }
            var header = reader.inside(try reader.element(BERTag.sequence))
            _ = try header.int32()
            _ = try header.int32()
            let flags = try header.element(BERTag.octetString)
            return flags.count == 1 && header.octet(flags.lowerBound) & 0x03 == SecurityLevel.authPriv.rawValue
        } catch {
            return false
        }
    }

    /// The same for a datagram in an array.
    public static func check(
        _ datagram: [UInt8], leniency: Leniency = .devices
    ) throws(WireError) -> V3Summary? {
        try check(datagram.rawOctets, leniency: leniency)
    }

    /// Reads what decryption gave: every octet, allocating nothing.
    public static func checkScopedPDU(
        _ plaintext: RawSpan, leniency: Leniency = .devices
    ) throws(WireError) -> ScopedSummary {
        let layout = try ScopedLayout(plaintext, leniency: leniency)
        return ScopedSummary(
            layout.pdu, contextEngineID: layout.contextEngineID, contextName: layout.contextName)
    }
}
