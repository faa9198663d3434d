public import Manager
public import SNMPWire

/// What a device's state wants to be done.
public enum SyncAction: Sendable, Hashable {
    /// To be sent to the device.
    case ask(SNMPRequest)
    /// What was asked last is not of interest any more.
    case withdraw
    /// The device has begun to count its time anew, although nothing said so.
    case restartNoticed
    case learned(SyncInventory)
    /// What the device has told and we have not heard, in the order in which it did; and the last word on each alarm,
    /// heard or not: what came in another order than it was sent may have left the alarm as it is not.
    case missed([HistoryRow])
    /// What stands on the device.
    case standing([RecalledNotification], SyncGuards)
    /// Who answers where somebody claims to be another.
    case identified(serial: String?, engineID: String?)
    case done(SyncReason)
    /// It answers, and has none of its profile's tables: nothing is known of its alarms.
    case hasNoTable(SyncReason)
    /// It is tried again later.
    case failed(SyncReason, String)
}

/// A row of the history.
public struct HistoryRow: Sendable, Hashable {
    public var notification: RecalledNotification
    /// It was heard itself.
    public var isKnown: Bool
}

/// What reconciling must leave alone.
public struct SyncGuards: Sendable, Hashable {
    public var reason: SyncReason
    /// Nanoseconds since 1970: what changed from then on has a newer source than the table.
    public var watermark: Int64
    /// Alarms of which something came since, whether they stand or not.
    public var touched: Set<SyncKey>
    /// Something came of more alarms than `touched` holds: none is to be touched.
    public var isFlooded: Bool
    /// An alarm that stands here and is not in the table is over.
    public var mayClear: Bool
    /// Notifications that the table has shown, now or before, of those that it may know nothing of.
    public var shown: Set<String>
}

/// What a notification did to its alarm.
public enum SyncEffect: Sendable, Hashable {
    case changed, unchanged
    /// It was sent before what is known.
    case late
}

/// An alarm of a device.
public struct SyncKey: Sendable, Hashable, Codable {
    public var oid: String
    public var source: String

    public init(oid: OID, source: String) {
        self.oid = oid.description
        self.source = source
    }
}

/// What a device says of itself; `nil` for what it does not say.
public struct SyncInventory: Sendable, Hashable, Codable {
    /// sysDescr.0, sysObjectID.0 and sysName.0 (RFC 3418).
    public var description: String?
    public var objectID: String?
    public var name: String?
    /// The vendor's numbers and words for them.
    public var product: String?
    public var version: String?
    public var serial: String?

    public init() {}
}
