internal import SNMPWire

/// The OIDs that a simulated gateway speaks of: the vendor's tree (1.3.6.1.4.1.5003) and what of MIB-II it has.
///
/// They are written down here anew and not taken from the receiver's own tables: a number that is wrong in one of the
/// two is to show.
enum VendorOID {
    static let audioCodes = OID.enterprises.appending(5_003)
    /// acBoardTrapGlobals: var-bind `n` is `.n.0`.
    static let trapGlobals = audioCodes.appending(9, 10, 1, 21, 1)
    /// acBoardTrapDefinitions 0: trap `n` is `.n`.
    static let traps = audioCodes.appending(9, 10, 1, 21, 2, 0)
    /// acActiveAlarmEntry of AC-ALARM-MIB.
    static let activeAlarms = audioCodes.appending(11, 1, 1, 1, 1)
    /// acAlarmHistoryEntry of AC-ALARM-MIB.
    static let alarmHistory = audioCodes.appending(11, 1, 2, 1, 1)
    /// acKnownProducts: a product is an arc below.
    static let products = audioCodes.appending(8, 1, 1)
    /// acSystem of AC-SYSTEM-MIB.
    static let system = audioCodes.appending(9, 10, 10)

    /// alarmActive of RFC 3877, and the entries of its tables.
    static let alarmActive = OID.mib2.appending(118, 1, 2)
    static let standardActive = alarmActive.appending(2, 1)
    static let standardVariables = alarmActive.appending(3, 1)
    static let standardStats = alarmActive.appending(4, 1)

    static let coldStart = OID.snmpTraps.appending(1)

    /// The number of one of the vendor's traps, which the Name var-bind bears less 1; `nil` for any other OID.
    static func number(of trap: OID) -> UInt32? {
        guard let arcs = trap.arcs(after: traps), arcs.count == 1 else { return nil }
        return arcs.first
    }
}
