/// A PDU and the context that it speaks of (RFC 3412 §6.8): what a v3 message encrypts.
public struct ScopedPDU: Sendable, Hashable {
    /// The engine that the PDU's variables belong to.
    public var contextEngineID: ArraySlice<UInt8>
    public var contextName: ArraySlice<UInt8>
    public var pdu: PDU

    public init(contextEngineID: ArraySlice<UInt8>, contextName: ArraySlice<UInt8> = [], pdu: PDU) {
        self.contextEngineID = contextEngineID
        self.contextName = contextName
        self.pdu = pdu
    }

    /// Reads what decryption gave. It shares the buffer. What a cipher's padding left after it is not read.
    public static func decode(
        _ plaintext: [UInt8], leniency: Leniency = .devices
    ) throws(WireError) -> ScopedPDU {
        let layout = try ScopedLayout(plaintext.rawOctets, leniency: leniency)
        let buffer = plaintext[...]
        return ScopedPDU(
            contextEngineID: buffer.octets(layout.contextEngineID), contextName: buffer.octets(layout.contextName),
            pdu: PDU(layout.pdu, in: buffer))
    }

    /// As it stands in a message, to be encrypted.
    public func encode() -> [UInt8] {
        var writer = BERWriter(capacity: 512)
        writer.append(self)
        return writer.octets
    }
}

/// Where the parts of a scoped PDU lie.
struct ScopedLayout {
    var contextEngineID: Range<Int>
    var contextName: Range<Int>
    var pdu: PDULayout

    /// RFC 3414 §8.1.1.2: DES fills up to whole blocks of 8 octets, and what it fills with is of no meaning.
    private static let mostPadding = 8

    init(_ plaintext: RawSpan, leniency: Leniency) throws(WireError) {
        try self.init(BERReader(plaintext, leniency: leniency))
    }

    /// Reads what `plaintext` has not read yet.
    init(_ plaintext: consuming BERReader, leavesVariables: Bool = false) throws(WireError) {
        var outer = plaintext
        var reader = outer.inside(try outer.element(BERTag.sequence))
        guard outer.end - outer.position <= Self.mostPadding else {
            throw WireError(.trailingBytes, at: outer.position)
        }
        contextEngineID = try reader.element(BERTag.octetString)
        contextName = try reader.element(BERTag.octetString)
        pdu = try reader.pdu(version: .v3, leavesVariables: leavesVariables)
        try reader.expectEnd()
    }
}

extension BERWriter {
    mutating func append(_ scoped: ScopedPDU) {
        append(BERTag.sequence) { writer in
            writer.append(BERTag.octetString, scoped.contextEngineID)
            writer.append(BERTag.octetString, scoped.contextName)
            writer.append(scoped.pdu)
        }
    }
}

extension SNMPNotification {
    /// Reads an encrypted message's notification from its plaintext, in one pass over it.
    /// - Parameters:
    ///   - plaintext: what decryption gave; the notification shares its buffer.
    ///   - summary: what `V3View` said of the datagram that it came in.
    /// - Throws: `.notANotification`, `.missingTrapOID`, and whatever is wrong with what is no scoped PDU. The offsets
    ///   count in the plaintext.
    public static func decode(
        plaintext: [UInt8], of summary: V3Summary, in datagram: [UInt8], leniency: Leniency = .devices
    ) throws(WireError) -> SNMPNotification {
        let layout = try ScopedLayout(plaintext.rawOctets, leniency: leniency)
        let header = try layout.pdu.notificationHeader(in: plaintext.rawOctets, leniency: leniency)
        let buffer = plaintext[...]
        let identity = V3Identity(
            userName: datagram[...].octets(summary.userName), level: summary.level,
            engineID: datagram[...].octets(summary.engineID), engineBoots: summary.engineBoots,
            engineTime: summary.engineTime, contextEngineID: buffer.octets(layout.contextEngineID),
            contextName: buffer.octets(layout.contextName))
        return SNMPNotification(.v3, identity, layout.pdu, header, in: buffer)
    }
}

extension PDU {
    /// Reads a PDU of a v3 message where it lies; it shares the buffer.
    /// - Parameter range: the PDU with its tag and length, as a `ScopedSummary` says.
    public static func decode(
        _ octets: [UInt8], at range: Range<Int>, leniency: Leniency = .devices
    ) throws(WireError) -> PDU {
        guard range.upperBound <= octets.count else { throw WireError(.truncated, at: octets.count) }
        var reader = BERReader(octets.rawOctets, leniency: leniency).inside(range)
        return PDU(try reader.pdu(version: .v3), in: octets[...])
    }
}
