internal import Basics

/// Room for who comes to a full inventory.
///
/// A source address can be forged, and a table that fills once would have no room for anybody after it. So the newcomer
/// takes the place of the device not heard for longest that nothing vouches for: no operator's word, nothing that it
/// told the manager, no configuration that names its very address, and no keep-alives in a rhythm. Whoever had the
/// place is entered anew, under the same identity, with its next notification; its alarms stand meanwhile.
extension DeviceInventory {
    /// An entry and who has it: the lower number came first.
    struct Occupant: Sendable, Hashable, Comparable {
        var number: UInt32
        var index: Int32

        static func < (left: Occupant, right: Occupant) -> Bool { left.number < right.number }
    }

    /// Whether there is room for one more, which may be somebody else's until now.
    mutating func makeRoom() -> Bool {
        guard ids.count >= capacity else { return true }
        if !isRanked { rank() }
        while let (occupant, due) = ranks.takeNext(by: Timestamp(nanoseconds: .max)) {
            let entry = entries[Int(occupant.index)]
            guard entry.isUsed, entry.device.number == occupant.number, isUnproven(occupant.index) else { continue }
            guard entry.device.liveness.refreshed == due.nanoseconds else {
                // It was heard since.
                ranks.set(occupant, to: Timestamp(nanoseconds: entry.device.liveness.refreshed))
                continue
            }
            giveUp(occupant.index)
            return true
        }
        return false
    }

    private mutating func giveUp(_ index: Int32) {
        let device = entries[Int(index)].device
        // Nobody could end it any more.
        if device.liveness.stage == .lost {
            tell(.connectionRestored, of: index, at: Timestamp(nanoseconds: clock.time ?? 0))
        }
        remove(index)
        dropClaims(of: device)
        replaced += 1
    }

    private func isUnproven(_ index: Int32) -> Bool {
        let device = entries[Int(index)].device
        return device.given == Device.Placement() && !device.isInMaintenance && device.product == nil
            && device.softwareVersion == nil && device.liveness.period.milliseconds == nil
            && !policy.expects(device.address)
    }

    /// From now on they are kept in the order in which they were heard: it takes nothing while there is room.
    private mutating func rank() {
        isRanked = true
        for index in entries.indices where entries[index].isUsed { rank(Int32(index)) }
    }

    /// A new entry, or one that may be nobody's word any more.
    mutating func rank(_ index: Int32) {
        guard isRanked, isUnproven(index) else { return }
        let device = entries[Int(index)].device
        ranks.set(
            Occupant(number: device.number, index: index), to: Timestamp(nanoseconds: device.liveness.refreshed))
    }
}
