import Alarms
import Basics
import SNMPWire
import Testing

@Suite struct MaintenanceTests {
    private func window(_ device: String, until seconds: Int64?) -> Maintenance {
        Maintenance(
            device: device, since: Timestamp(seconds: 1), until: seconds.map { Timestamp(seconds: $0) }, reason: "swap",
            by: "anna")
    }

    @Test func itEndsByItsTimeOrByHand() {
        var table = MaintenanceTable([window("a", until: 20), window("b", until: nil), window("c", until: 10)])
        #expect(table.nextEnd == Timestamp(seconds: 10))
        #expect(table.advance(to: Timestamp(seconds: 9)).isEmpty)
        #expect(table.advance(to: Timestamp(seconds: 30)).map(\.device) == ["c", "a"])
        #expect(table.nextEnd == nil && table.contains("b") && !table.contains("a"))
        #expect(table.end("b")?.device == "b")
        #expect(table.end("b") == nil && table.isEmpty)
        #expect(table.takeChanges().ended == ["a", "b", "c"])
        #expect(table.takeChanges().ended.isEmpty)
    }

    @Test func aNewEndTakesTheOldOnesPlace() {
        var table = MaintenanceTable([window("a", until: 20)])
        table.begin(window("a", until: 50))
        #expect(table.nextEnd == Timestamp(seconds: 50))
        #expect(table.takeChanges().standing.map(\.until) == [Timestamp(seconds: 50)])
    }

    @Test func itMovesWithItsDevice() {
        var table = MaintenanceTable([window("a", until: 20)])
        table.move(from: "a", to: "serial:1")
        table.move(from: "nobody", to: "b")
        #expect(table.all.map(\.device) == ["serial:1"])
        let changes = table.takeChanges()
        #expect(changes.standing.map(\.device) == ["serial:1"] && changes.ended == ["a"])
    }
}

@Suite struct ClearedByHandTests {
    private func key(_ device: String, _ source: String = "") -> AlarmKey {
        AlarmKey(device: device, oid: .enterprises, source: source)
    }

    @Test func itIsRememberedUntilTheDeviceSpeaks() {
        var table = ClearedByHand([(key("a"), Timestamp(seconds: 1))])
        table.note(key("b"), at: Timestamp(seconds: 2))
        #expect(table.time(of: key("a")) == Timestamp(seconds: 1) && table.time(of: key("c")) == nil)
        table.forget(key("a"))
        table.forget(key("c"))
        let changes = table.takeChanges()
        #expect(changes.noted.map(\.0) == [key("b")] && changes.forgotten == [key("a")])
        #expect(table.takeChanges().noted.isEmpty)
    }

    @Test func itMovesWithItsDevice() {
        var table = ClearedByHand([(key("a", "x"), Timestamp(seconds: 1)), (key("b"), Timestamp(seconds: 2))])
        table.move(from: "a", to: "c")
        #expect(table.time(of: key("c", "x")) == Timestamp(seconds: 1) && table.time(of: key("a", "x")) == nil)
        table.note(key("d", "x"), at: Timestamp(seconds: 9))
        table.move(from: "d", to: "c")
        table.note(key("e", "x"), at: Timestamp(seconds: 5))
        table.move(from: "e", to: "c")
        #expect(table.time(of: key("c", "x")) == Timestamp(seconds: 9), "the last time that it was")
        _ = table.takeChanges()
        table.forget(device: "c")
        #expect(table.takeChanges().forgotten == [key("c", "x")])
        #expect(table.time(of: key("b")) != nil)
    }

    @Test func theOldestAreForgottenPastTheLimit() {
        var table = ClearedByHand(
            (0..<ClearedByHand.limit).map { (key("a", "\($0)"), Timestamp(seconds: Int64($0 + 10))) })
        table.note(key("b"), at: Timestamp(seconds: 5))
        #expect(table.time(of: key("a", "0")) == nil && table.time(of: key("a", "1")) != nil)
        #expect(table.time(of: key("b")) != nil)
    }
}
