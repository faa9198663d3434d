public import Basics

/// What is peculiar to the two units of an HA pair.
extension SimulatedDevice {
    static let haSource = "System#0"

    /// The redundant unit takes over: the alarms stand on, with its numbers, its sysUpTime, its serial number and an
    /// empty history. It is neither a restart nor another device.
    @discardableResult
    public mutating func switchOver(at time: Timestamp) -> [SentNotification] {
        guard isPeerInSync, phase == .running, units.count == 2 else { return [] }
        let rows = unit.tables.active
        activeUnit = 1 - activeUnit
        units[activeUnit].takeOver(rows, options)
        schedule(.switchOverEnd, at: time + Self.switchOverAlarmTime)
        return enter(
            DeviceAlarm(
                OwnTrap.haSwitchOver, source: Self.haSource, severity: .critical,
                text: "Switch-over: the redundant unit became the active one", eventType: 4, probableCause: 0),
            at: time)
    }

    /// The redundant unit is gone: keep-alives do not name it any more.
    @discardableResult
    public mutating func losePeer(at time: Timestamp) -> [SentNotification] {
        guard isPeerInSync else { return [] }
        isPeerInSync = false
        return raise(Self.peerFault, at: time)
    }

    /// It is back and in sync.
    @discardableResult
    public mutating func returnPeer(at time: Timestamp) -> [SentNotification] {
        guard !isPeerInSync, units.count == 2 else { return [] }
        isPeerInSync = true
        return clear(Self.peerFault.key, at: time)
    }

    private static let peerFault = DeviceAlarm(
        OwnTrap.haSystemFault, source: haSource, severity: .critical, text: "The redundant unit does not respond",
        eventType: 2, probableCause: 71)
}
