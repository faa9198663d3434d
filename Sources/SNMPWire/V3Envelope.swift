/// How a v3 message is secured, as its flags say (RFC 3411 §3.4.3).
public enum SecurityLevel: UInt8, Sendable, Hashable, CaseIterable {
    case noAuthNoPriv = 0
    case authNoPriv = 1
    case authPriv = 3
}

extension SecurityLevel: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noAuthNoPriv: "noAuthNoPriv"
        case .authNoPriv: "authNoPriv"
        case .authPriv: "authPriv"
        }
    }
}

/// A v3 message (RFC 3412 §6) with the parameters of the User-based Security Model (RFC 3414 §2.4). Nothing in it is
/// verified or decrypted: it says what the message claims.
public struct V3Envelope: Sendable, Hashable {
    public enum ScopedPDU: Sendable, Hashable {
        case plaintext(contextEngineID: ArraySlice<UInt8>, contextName: ArraySlice<UInt8>, pdu: PDU)
        case encrypted(ArraySlice<UInt8>)
    }

    public var messageID: Int32
    /// The longest message that the sender can take, in octets.
    public var maxSize: Int32
    /// Bit 0 authenticated, bit 1 encrypted, bit 2 a report is wanted.
    public var flags: UInt8
    /// 3: the User-based Security Model, the only one that is read.
    public var securityModel: Int32
    public var engineID: ArraySlice<UInt8>
    public var engineBoots: Int32
    /// Seconds since the engine's last boot.
    public var engineTime: Int32
    public var userName: ArraySlice<UInt8>
    public var authenticationParameters: ArraySlice<UInt8>
    public var privacyParameters: ArraySlice<UInt8>
    public var scopedPDU: ScopedPDU

    public static let userSecurityModel: Int32 = 3
    public static let reportableFlag: UInt8 = 0x04

    public init(
        messageID: Int32, maxSize: Int32, flags: UInt8, securityModel: Int32 = V3Envelope.userSecurityModel,
        engineID: ArraySlice<UInt8>, engineBoots: Int32, engineTime: Int32, userName: ArraySlice<UInt8>,
        authenticationParameters: ArraySlice<UInt8> = [], privacyParameters: ArraySlice<UInt8> = [],
        scopedPDU: ScopedPDU
    ) {
        self.messageID = messageID
        self.maxSize = maxSize
        self.flags = flags
        self.securityModel = securityModel
        self.engineID = engineID
        self.engineBoots = engineBoots
        self.engineTime = engineTime
        self.userName = userName
        self.authenticationParameters = authenticationParameters
        self.privacyParameters = privacyParameters
        self.scopedPDU = scopedPDU
    }

    public var level: SecurityLevel { SecurityLevel(rawValue: flags & 0x03) ?? .noAuthNoPriv }
}

/// Where the parts of a v3 message lie in a datagram.
struct V3Layout {
    var messageID: Int32
    var maxSize: Int32
    var flags: UInt8
    var level: SecurityLevel
    var engineID: Range<Int>
    var engineBoots: Int32
    var engineTime: Int32
    var userName: Range<Int>
    var authenticationParameters: Range<Int>
    var privacyParameters: Range<Int>
    /// The scoped PDU's ciphertext, where it is encrypted.
    var encrypted: Range<Int>?
    var contextEngineID: Range<Int> = 0..<0
    var contextName: Range<Int> = 0..<0
    /// `nil` where it is encrypted.
    var pdu: PDULayout?
}

extension BERReader {
    /// Reads what follows the version.
    @_lifetime(self: copy self)
    mutating func v3Message(leavesVariables: Bool) throws(WireError) -> V3Layout {
        var header = inside(try element(BERTag.sequence))
        let messageIDOffset = header.position
        let messageID = try header.int32()
        let maxSize = try header.int32()
        let flagsRange = try header.element(BERTag.octetString)
        let modelOffset = header.position
        let securityModel = try header.int32()
        try header.expectEnd()
        // RFC 3412 §6: msgID and msgMaxSize are not negative, and the size is at least 484.
        guard messageID >= 0, maxSize >= 484 else { throw WireError(.badSecurity, at: messageIDOffset) }
        // Privacy without authentication is no level (RFC 3412 §7.2 step 5).
        guard flagsRange.count == 1, let level = SecurityLevel(rawValue: octet(flagsRange.lowerBound) & 0x03) else {
            throw WireError(.badSecurity, at: flagsRange.lowerBound)
        }
        guard securityModel == V3Envelope.userSecurityModel else { throw WireError(.badSecurity, at: modelOffset) }

        var wrapper = inside(try element(BERTag.octetString))
        var parameters = inside(try wrapper.element(BERTag.sequence))
        let parametersOffset = parameters.position
        try wrapper.expectEnd()
        var layout = V3Layout(
            messageID: messageID, maxSize: maxSize, flags: octet(flagsRange.lowerBound), level: level,
            engineID: try parameters.element(BERTag.octetString), engineBoots: try parameters.int32(),
            engineTime: try parameters.int32(), userName: try parameters.element(BERTag.octetString),
            authenticationParameters: try parameters.element(BERTag.octetString),
            privacyParameters: try parameters.element(BERTag.octetString))
        try parameters.expectEnd()
        // RFC 3414 §2.4: boots and time are not negative.
        guard layout.engineBoots >= 0, layout.engineTime >= 0 else {
            throw WireError(.badSecurity, at: parametersOffset)
        }

        if level == .authPriv {
            layout.encrypted = try element(BERTag.octetString)
        } else {
            var scoped = inside(try element(BERTag.sequence))
            layout.contextEngineID = try scoped.element(BERTag.octetString)
            layout.contextName = try scoped.element(BERTag.octetString)
            layout.pdu = try scoped.pdu(version: .v3, leavesVariables: leavesVariables)
            try scoped.expectEnd()
        }
        return layout
    }
}

extension V3Envelope {
    /// - Parameter buffer: the datagram that the layout was read from.
    init(_ layout: V3Layout, in buffer: ArraySlice<UInt8>) {
        let scopedPDU: ScopedPDU
        if let pdu = layout.pdu {
            scopedPDU = .plaintext(
                contextEngineID: buffer.octets(layout.contextEngineID), contextName: buffer.octets(layout.contextName),
                pdu: PDU(pdu, in: buffer))
        } else {
            scopedPDU = .encrypted(buffer.octets(layout.encrypted ?? 0..<0))
        }
        self.init(
            messageID: layout.messageID, maxSize: layout.maxSize, flags: layout.flags,
            engineID: buffer.octets(layout.engineID), engineBoots: layout.engineBoots, engineTime: layout.engineTime,
            userName: buffer.octets(layout.userName),
            authenticationParameters: buffer.octets(layout.authenticationParameters),
            privacyParameters: buffer.octets(layout.privacyParameters), scopedPDU: scopedPDU)
    }
}

extension BERWriter {
    /// Writes what follows the version.
    mutating func append(_ envelope: V3Envelope) {
        append(BERTag.sequence) { writer in
            writer.append(envelope.messageID)
            writer.append(envelope.maxSize)
            writer.append(BERTag.octetString, CollectionOfOne(envelope.flags))
            writer.append(envelope.securityModel)
        }
        append(BERTag.octetString) { writer in
            writer.append(BERTag.sequence) { writer in
                writer.append(BERTag.octetString, envelope.engineID)
                writer.append(envelope.engineBoots)
                writer.append(envelope.engineTime)
                writer.append(BERTag.octetString, envelope.userName)
                writer.append(BERTag.octetString, envelope.authenticationParameters)
                writer.append(BERTag.octetString, envelope.privacyParameters)
            }
        }
        switch envelope.scopedPDU {
        case .encrypted(let octets): append(BERTag.octetString, octets)
        case .plaintext(let contextEngineID, let contextName, let pdu):
            append(ScopedPDU(contextEngineID: contextEngineID, contextName: contextName, pdu: pdu))
        }
    }
}
