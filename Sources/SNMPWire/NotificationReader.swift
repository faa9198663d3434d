/// A notification where it lies in its datagram: its header is read at once, its variables one by one as they are asked
/// for. Nothing is copied; nothing is allocated but for the OID of a v1 trap that has a number of its own.
///
/// Each octet is read once. So the variables are checked only as they are read: where `read()` throws, the datagram is
/// malformed and what was read of it before counts for nothing.
public struct NotificationReader: ~Escapable {
    public let version: SNMPVersion
    public let kind: SNMPNotification.Kind
    /// The value of `sysUpTime.0`, in hundredths of a second.
    public let uptime: UInt32
    /// Those after `sysUpTime.0` and `snmpTrapOID.0`.
    public var variables: VariableReader
    private let bytes: RawSpan
    private let layout: MessageLayout
    private let trapOIDRange: Range<Int>
    /// v1 only: what RFC 3584 §3.1 makes of its three fields, which stands nowhere in the datagram.
    private let translated: OID?

    /// - Throws: `.notANotification` for any other PDU, `.missingTrapOID` for a v2 notification that does not say what
    ///   it is, `.v3Unsupported` for an encrypted one, and what is wrong with all before the variables.
    @_lifetime(copy datagram)
    public init(_ datagram: RawSpan, leniency: Leniency = .devices) throws(WireError) {
        try self.init(
            datagram, MessageLayout(datagram, leniency: leniency, leavesVariables: true), leniency: leniency)
    }

    /// - Parameters:
    ///   - opened: an encrypted datagram, and behind it the plaintext of its scoped PDU.
    ///   - count: the datagram's octets; `nil` where nothing is behind it. Ranges count from its first octet.
    @_lifetime(copy opened)
    public init(_ opened: RawSpan, plaintextAt count: Int?, leniency: Leniency = .devices) throws(WireError) {
        guard let count else {
            try self.init(opened, leniency: leniency)
            return
        }
        guard (0...opened.byteCount).contains(count) else { throw WireError(.truncated, at: opened.byteCount) }
        var layout = try MessageLayout(opened.extracting(0..<count), leniency: leniency, leavesVariables: true)
        guard case .v3(var message) = layout.body else { throw WireError(.badVersion, at: 0) }
        let scoped = try ScopedLayout(
            BERReader(opened, leniency: leniency).inside(count..<opened.byteCount), leavesVariables: true)
        message.contextEngineID = scoped.contextEngineID
        message.contextName = scoped.contextName
        message.pdu = scoped.pdu
        layout.body = .v3(message)
        try self.init(opened, layout, leniency: leniency)
    }

    /// - Parameter layout: of `datagram`.
    @_lifetime(copy datagram)
    private init(_ datagram: RawSpan, _ layout: MessageLayout, leniency: Leniency) throws(WireError) {
        guard let pdu = layout.pdu else { throw WireError(.v3Unsupported, at: layout.encryptedOffset) }
        bytes = datagram
        self.layout = layout
        version = layout.version
        kind = pdu.kind == .informRequest ? .inform : .trap
        var rest = pdu.variables
        var skipped = (uptime: 0..<0, trapOID: 0..<0)
        if let header = try pdu.notificationHeader(in: datagram, leniency: leniency) {
            uptime = header.uptime
            trapOIDRange = header.trapOID
            translated = nil
            if header.isInPlace(from: rest.lowerBound) {
                rest = header.trapOIDElement.upperBound..<rest.upperBound
            } else {
                skipped = (header.uptimeElement, header.trapOIDElement)
            }
        } else {
            uptime = pdu.timestamp
            trapOIDRange = 0..<0
            translated = TrapV1PDU.trapOID(
                enterprise: datagram.octets(pdu.enterprise), genericTrap: pdu.genericTrap,
                specificTrap: pdu.specificTrap)
        }
        variables = VariableReader(datagram, list: rest, leniency: leniency, header: skipped)
    }

    /// The content octets of `snmpTrapOID.0`'s value; for v1 of what RFC 3584 §3.1 makes of it. None stand for 0.0.
    public var trapOID: RawSpan {
        @_lifetime(borrow self)
        borrowing get {
            if let translated { return unsafe _overrideLifetime(translated.octets, borrowing: self) }
            return bytes.octets(trapOIDRange)
        }
    }
}

extension NotificationReader {
    /// The notification of a datagram all of whose octets are checked; `nil` where it is malformed, or holds none that
    /// can be read.
    ///
    /// - Parameter count: where the datagram's plaintext stands behind it, the datagram's octets.
    @_lifetime(copy datagram)
    public static func checked(
        _ datagram: RawSpan, plaintextAt count: Int? = nil, leniency: Leniency = .devices
    ) -> NotificationReader? {
        do {
            let reader = try NotificationReader(datagram, plaintextAt: count, leniency: leniency)
            var variables = reader.variables
            while try variables.read() != nil {}
            return reader
        } catch {
            return nil
        }
    }
}

// MARK: - What the message tells besides: ranges count from the datagram's first octet.

extension NotificationReader {
    /// `nil` for v3.
    public var community: Range<Int>? {
        guard case .community(let community, _) = layout.body else { return nil }
        return community
    }

    /// `nil` for v1's trap, which has none.
    public var requestID: Int32? { trapV1 == nil ? layout.pdu?.requestID : nil }

    /// v1's trap only: its own `enterprise`.
    public var enterprise: Range<Int>? { trapV1?.enterprise }

    /// v1's trap only: `agent-addr`, IPv4 in host order.
    public var agentAddress: UInt32? { trapV1?.agentAddress }

    /// v3 only: the authoritative engine.
    public var engineID: Range<Int>? { v3?.engineID }

    /// v3 only.
    public var userName: Range<Int>? { v3?.userName }

    /// v3 only.
    public var level: SecurityLevel? { v3?.level }

    /// v3 only: the engine that the context is one of; another than `engineID` where a proxy sends.
    public var contextEngineID: Range<Int>? { v3?.contextEngineID }

    /// v3 only.
    public var contextName: Range<Int>? { v3?.contextName }

    private var trapV1: PDULayout? { layout.pdu.flatMap { $0.kind == .trapV1 ? $0 : nil } }

    private var v3: V3Layout? {
        guard case .v3(let v3) = layout.body else { return nil }
        return v3
    }
}
