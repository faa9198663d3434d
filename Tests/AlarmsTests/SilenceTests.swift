import Alarms
import Basics
import SNMPWire
import Testing

@Suite struct SilenceTests {
    private func silence(_ id: Int64, _ from: Int64, _ until: Int64, alarm: String = "*") throws -> Silence {
        Silence(
            id: id, matcher: try AlarmMatcher([(.alarm, alarm)]), from: Timestamp(seconds: from),
            until: Timestamp(seconds: until), reason: "works", by: "anna")
    }

    private func event(_ alarm: String = "linkDown") -> Event {
        Event(
            id: 1, time: Timestamp(seconds: 1), transition: .raised, alarm: alarm, oid: .enterprises, severity: .major,
            highestSeverity: .major, device: EventDevice(id: "a", name: "a", address: IPAddress(v4: 1)), source: "",
            text: "")
    }

    @Test func itHoldsFromItsBeginningToItsEnd() throws {
        var table = SilenceTable()
        let isTaken = table.add(try silence(1, 10, 20))
        #expect(isTaken)
        for (second, isHeld) in [(9, false), (10, true), (19, true), (20, false)] as [(Int64, Bool)] {
            #expect((table.silence(for: event(), at: Timestamp(seconds: second)) != nil) == isHeld, "\(second)")
        }
    }

    @Test func theFirstThatMatchesIsNamed() throws {
        var table = SilenceTable([try silence(2, 0, 100, alarm: "link*"), try silence(1, 0, 100, alarm: "fan*")])
        #expect(table.silence(for: event(), at: Timestamp(seconds: 5))?.id == 2)
        #expect(table.end(2)?.id == 2)
        #expect(table.silence(for: event(), at: Timestamp(seconds: 5)) == nil)
        #expect(table.end(2) == nil)
    }

    @Test func thoseWhoseEndHasComeGoInTheOrderOfTheirEnds() throws {
        var table = SilenceTable([try silence(1, 0, 30), try silence(2, 0, 20), try silence(3, 0, 40)])
        #expect(table.nextEnd == Timestamp(seconds: 20))
        #expect(table.advance(to: Timestamp(seconds: 19)).isEmpty)
        #expect(table.advance(to: Timestamp(seconds: 30)).map(\.id) == [2, 1])
        #expect(table.all.map(\.id) == [3])
        let changes = table.takeChanges()
        #expect(changes.added.isEmpty && changes.ended == [1, 2])
        #expect(table.takeChanges().ended.isEmpty)
    }

    @Test func oneThatEndedBeforeItWasStoredLeavesNothing() throws {
        var table = SilenceTable()
        _ = table.add(try silence(1, 0, 10))
        _ = table.add(try silence(2, 0, 10))
        _ = table.end(1)
        let changes = table.takeChanges()
        #expect(changes.added.map(\.id) == [2] && changes.ended.isEmpty)
    }

    @Test func thereAreNotMoreThanEveryEventCanBeAsked() throws {
        var table = SilenceTable()
        for id in 1...SilenceTable.limit { #expect(table.add(try silence(Int64(id), 0, 10))) }
        let isTaken = table.add(try silence(0, 0, 10))
        #expect(!isTaken)
    }
}
