import Alarms
import Basics
import SNMPWire
import Testing

@Suite struct UntoldAlarmsTests {
    private func key(_ device: String = "a") -> AlarmKey { AlarmKey(device: device, oid: .enterprises, source: "") }

    private func untold(_ alarm: Int64, _ sink: String = "noc", due: Int64? = nil, known: Severity? = nil)
        -> UntoldAlarm
    {
        UntoldAlarm(alarm: alarm, sink: sink, due: due.map { Timestamp(seconds: $0) }, follows: true, known: known)
    }

    @Test func duesComeInTheirOrderAndOnlyWhileTheyHold() {
        var table = UntoldAlarms()
        for (alarm, due) in [(1, 30), (2, 10), (3, 20), (4, 15)] as [(Int64, Int64)] {
            table.add(untold(alarm, due: due), of: key())
        }
        table.forget(4)
        var taken: [Int64] = []
        while let next = table.takeDue(by: Timestamp(seconds: 20)) {
            taken.append(next)
            table.settle(["noc"], of: next)
        }
        #expect(taken == [2, 3])
        #expect(table.nextDue == Timestamp(seconds: 30))
        table.settle(["noc"], of: 1)
        #expect(table.nextDue == nil && table.isEmpty)
    }

    @Test func aSoonerDueWinsAndWhatIsHeldBackWaitsForThatAlone() {
        var table = UntoldAlarms()
        table.add(untold(1, due: 60), of: key())
        table.add(untold(1, due: 30), of: key())
        #expect(table.untold("noc", of: 1)?.due == Timestamp(seconds: 30))
        #expect(table.heldBack.isEmpty)
        table.add(untold(1), of: key())
        #expect(table.untold("noc", of: 1)?.due == nil && table.heldBack == [1])
        #expect(table.takeDue(by: Timestamp(seconds: 100)) == nil)
        table.add(untold(1, due: 200), of: key())
        #expect(table.untold("noc", of: 1)?.due == nil, "still held back")
    }

    @Test func whatTheSinkKnewFirstIsKept() {
        var table = UntoldAlarms()
        table.add(untold(1, known: .minor), of: key())
        table.add(untold(1, known: .major), of: key())
        #expect(table.untold("noc", of: 1)?.known == .minor)
        var last = untold(1)
        last.datagram = DatagramPlace(segment: 1, offset: 2)
        table.add(last, of: key())
        table.add(untold(1), of: key())
        #expect(table.untold("noc", of: 1)?.datagram == last.datagram)
    }

    @Test func itComesBackFromTheStoreAsItWas() {
        var table = UntoldAlarms()
        table.add(untold(1, "b", due: 60), of: key())
        table.add(untold(1, "a"), of: key())
        table.add(untold(2, due: 50), of: key("z"))
        var changes = table.takeChanges()
        #expect(changes.map(\.alarm) == [1, 2])
        #expect(changes.first?.entry?.sinks.map(\.sink) == ["a", "b"])
        let rows = changes.flatMap { change in
            (change.entry?.sinks ?? []).map { (change.entry?.key ?? key(), $0) }
        }
        let again = UntoldAlarms(rows)
        #expect(again.entries == table.entries)
        #expect(again.nextDue == Timestamp(seconds: 50))
        table.forget(1)
        table.move(from: "z", to: "y")
        changes = table.takeChanges()
        #expect(changes.map(\.alarm) == [1, 2])
        #expect(changes[0].entry == nil && changes[1].entry?.key.device == "y")
    }
}
