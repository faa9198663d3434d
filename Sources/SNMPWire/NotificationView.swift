/// What a receiver must know of a datagram before it keeps it, as plain numbers: nothing of it lives on the heap.
/// Ranges count from the datagram's first octet.
public struct NotificationSummary: Sendable, Hashable {
    public var version: SNMPVersion
    /// `nil` where the PDU is encrypted.
    public var kind: PDUKind?
    /// Empty in v3.
    public var community: Range<Int>
    /// 0 for v1's trap, which has none, and where the PDU is encrypted.
    public var requestID: Int32
    /// The PDU with its tag and length, or the ciphertext.
    public var pdu: Range<Int>
    /// `nil` for v1 and v2c.
    public var level: SecurityLevel?
    /// v3: the authoritative engine, as the message claims it; otherwise empty.
    public var engineID: Range<Int>
    /// v3: the user, as the message claims it; otherwise empty.
    public var userName: Range<Int>
    /// v3: the sender wants a report where the message cannot be accepted.
    public var isReportable: Bool
}

/// Checks a datagram where it lies.
public enum NotificationView {
    /// Reads every octet of the datagram; allocates nothing, whether it throws or not. A community message that passes
    /// is one that `SNMPNotification.decode` reads with the same leniency. A v3 message passes if its envelope is well
    /// formed and its PDU is a notification or encrypted; its security is for somebody else to judge.
    public static func check(
        _ datagram: RawSpan, leniency: Leniency = .devices
    ) throws(WireError) -> NotificationSummary {
        let layout = try MessageLayout(datagram, leniency: leniency)
        _ = try layout.pdu?.notificationHeader(in: datagram, leniency: leniency)
        switch layout.body {
        case .community(let community, let pdu):
            return NotificationSummary(
                version: layout.version, kind: pdu.kind, community: community, requestID: pdu.requestID,
                pdu: pdu.element, level: nil, engineID: 0..<0, userName: 0..<0, isReportable: false)
        case .v3(let v3):
            return NotificationSummary(
                version: .v3, kind: v3.pdu?.kind, community: 0..<0, requestID: v3.pdu?.requestID ?? 0,
                pdu: v3.pdu?.element ?? v3.encrypted ?? 0..<0, level: v3.level, engineID: v3.engineID,
                userName: v3.userName, isReportable: v3.flags & V3Envelope.reportableFlag != 0)
        }
    }

    /// The same for a datagram in an array.
    public static func check(
        _ datagram: [UInt8], leniency: Leniency = .devices
    ) throws(WireError) -> NotificationSummary {
        try check(datagram.rawOctets, leniency: leniency)
    }
}
