import Alarms
import Pipeline
import Testing

@testable import Trapline

/// Each failure once, and its end; the same across restarts.
@Suite struct StorageAlarmsTests {
    private let trouble = StorageAlarms.Trouble(reason: "disk-full", detail: "no space")

    private func key(_ fact: StorageAlarms.Fact) -> AlarmKey {
        switch fact {
        case .failed(let storage, _), .recovered(let storage):
            AlarmKey(device: OwnFacts.listener, oid: OwnFacts.storageFailed, source: "traplineStorageName.\(storage)")
        case .held(let storage, _), .released(let storage, _):
            AlarmKey(device: OwnFacts.listener, oid: OwnFacts.retentionHeld, source: "traplineStorageName.\(storage)")
        }
    }

    @Test func aFailureIsToldOnceAndSoIsItsEnd() {
        var alarms = StorageAlarms()
        #expect(alarms.due("journal", nil) == [])
        #expect(alarms.due("journal", trouble) == [.failed(storage: "journal", trouble)])
        #expect(alarms.due("journal", trouble) == [.failed(storage: "journal", trouble)], "until it is on disk")
        alarms.told(.failed(storage: "journal", trouble))
        #expect(alarms.hasFailed("journal") && !alarms.hasFailed("store"))
        #expect(alarms.due("journal", trouble) == [])
        #expect(alarms.due("store", nil) == [])
        #expect(alarms.due("journal", nil) == [.recovered(storage: "journal")])
        alarms.told(.recovered(storage: "journal"))
        #expect(alarms.due("journal", nil) == [])
    }

    @Test func whatCouldNotBeToldIsToldAfterwards() {
        var alarms = StorageAlarms()
        _ = alarms.due("journal", trouble)
        let facts = alarms.due("journal", nil)
        #expect(facts == [.failed(storage: "journal", trouble), .recovered(storage: "journal")])
        for fact in facts { alarms.told(fact) }
        #expect(alarms.due("journal", nil) == [])
    }

    @Test func whatStoodAtTheStopIsNotToldAgainAndItsEndIs() {
        let failed = StorageAlarms.Fact.failed(storage: "store", trouble)
        let held = StorageAlarms.Fact.held(storage: "journal", holder: "noc")
        var alarms = StorageAlarms(standing: [key(failed), key(held)])
        #expect(alarms.due("store", trouble) == [])
        #expect(alarms.due("store", nil) == [.recovered(storage: "store")])
        #expect(alarms.isHeld)
        #expect(alarms.due(isAtLimit: true, holders: ["noc"]) == [])
        #expect(alarms.due(isAtLimit: false, holders: []) == [.released(storage: "journal", holder: "")])
        // Those of others are not ours.
        let other = AlarmKey(device: "10.0.0.1", oid: OwnFacts.storageFailed, source: "traplineStorageName.journal")
        let events = StorageAlarms.Fact.held(storage: "events", holder: "noc")
        alarms = StorageAlarms(standing: [other, key(events)])
        #expect(alarms.due("journal", nil) == [] && !alarms.isHeld)
    }

    @Test func theLimitIsToldWithWhoHoldsIt() {
        var alarms = StorageAlarms()
        #expect(alarms.due(isAtLimit: false, holders: ["noc"]) == [])
        let held = alarms.due(isAtLimit: true, holders: ["noc", "ops"])
        #expect(held == [.held(storage: "journal", holder: "noc, ops")])
        alarms.told(held[0])
        #expect(alarms.due(isAtLimit: true, holders: ["noc", "ops"]) == [])
        #expect(alarms.due(isAtLimit: false, holders: ["noc", "ops"]) == [], "a segment more or less is no end")
        #expect(alarms.due(isAtLimit: true, holders: ["pipeline"]) == [.held(storage: "journal", holder: "pipeline")])
        #expect(alarms.due(isAtLimit: false, holders: []) == [.released(storage: "journal", holder: "noc, ops")])
    }

    @Test func manyHoldersFitTheirVariable() throws {
        var alarms = StorageAlarms()
        let names = (0..<100).map { "sink-\($0)-with-a-name" }
        guard case .held(_, let holder)? = alarms.due(isAtLimit: true, holders: names).first else {
            Issue.record("the limit is not told")
            return
        }
        #expect(holder.utf8.count <= 255 && holder.hasPrefix("sink-0-with-a-name, ") && holder.hasSuffix(" more"))
    }
}
