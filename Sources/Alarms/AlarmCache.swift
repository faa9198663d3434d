import Basics
import SNMPWire

/// The alarms that are in memory, by their numbers: those that were asked for of late, and all whose stored row is
/// missing or behind.
struct AlarmCache: Sendable {
    /// How an alarm's stored row is out of date: not at all; in how often and when it was told last; in its words too,
    /// and that can wait; in something that is to be written at once.
    enum Age: UInt8, Comparable {
        case current, repeated, reworded, changed

        static func < (left: Age, right: Age) -> Bool { left.rawValue < right.rawValue }
    }

    /// Where an alarm is, until the next `trim`.
    struct Place: Sendable, Hashable {
        fileprivate var slot: Int
    }

    /// What is asked of all of them in turn stands apart from the alarms, which are large.
    private struct Mark {
        var age = Age.current
        var isUsed = false
        var wasAskedFor = false
        /// The store knows its row.
        var isStored = false
    }

    /// Stands where no alarm is.
    private static let nobody = ActiveAlarm(
        id: 0, key: AlarmKey(device: "", oid: .zeroDotZero, source: ""), alarm: "",
        device: EventDevice(id: "", name: "", address: IPAddress(v4: 0)), severity: .cleared, highestSeverity: .cleared,
        text: "", eventType: nil, probableCause: nil, raised: Timestamp(nanoseconds: 0),
        lastTime: Timestamp(nanoseconds: 0), count: 0, sinks: [])

    private var alarms: [ActiveAlarm] = []
    private var marks: [Mark] = []
    private var slots: [Int64: Int] = [:]
    private var free: [Int] = []
    /// Of the alarms that can be given up.
    private var currentCount = 0
    /// Where the search for what was not asked for goes on.
    private var hand = 0

    var count: Int { slots.count }

    func place(of number: Int64) -> Place? { slots[number].map(Place.init) }

    subscript(place: Place) -> ActiveAlarm {
        _read { yield alarms[place.slot] }
    }

    func age(at place: Place) -> Age { marks[place.slot].age }
    func isStored(at place: Place) -> Bool { marks[place.slot].isStored }

    mutating func touch(_ place: Place) { marks[place.slot].wasAskedFor = true }

    mutating func update(at place: Place, _ change: (inout ActiveAlarm) -> Void) {
        change(&alarms[place.slot])
    }

    mutating func setAge(_ age: Age, at place: Place) {
        let before = marks[place.slot].age
        marks[place.slot].age = age
        currentCount += (age == .current ? 1 : 0) - (before == .current ? 1 : 0)
    }

    mutating func setStored(at place: Place) { marks[place.slot].isStored = true }

    mutating func insert(_ alarm: ActiveAlarm, age: Age, isStored: Bool) -> Place {
        let slot: Int
        if let unused = free.popLast() {
            slot = unused
            alarms[slot] = alarm
        } else {
            slot = alarms.count
            alarms.append(alarm)
            marks.append(Mark())
        }
        marks[slot] = Mark(age: age, isUsed: true, wasAskedFor: true, isStored: isStored)
        slots[alarm.id] = slot
        if age == .current { currentCount += 1 }
        return Place(slot: slot)
    }

    mutating func remove(at place: Place) -> ActiveAlarm {
        let alarm = self[place]
        giveUp(place.slot)
        return alarm
    }

    private mutating func giveUp(_ slot: Int) {
        if marks[slot].age == .current { currentCount -= 1 }
        slots[alarms[slot].id] = nil
        alarms[slot] = AlarmCache.nobody
        marks[slot] = Mark()
        free.append(slot)
    }

    /// Gives up alarms whose rows tell all, those first that were not asked for since the last time round, until no more
    /// than `limit` of such are left.
    mutating func trim(to limit: Int) {
        while currentCount > limit {
            hand = hand + 1 < marks.count ? hand + 1 : 0
            guard marks[hand].isUsed, marks[hand].age == .current else { continue }
            if marks[hand].wasAskedFor {
                marks[hand].wasAskedFor = false
            } else {
                giveUp(hand)
            }
        }
    }

    /// Alters all of them, whatever the store knows.
    mutating func updateAll(_ change: (inout ActiveAlarm) -> Void) {
        for slot in alarms.indices where marks[slot].isUsed { change(&alarms[slot]) }
    }
}
