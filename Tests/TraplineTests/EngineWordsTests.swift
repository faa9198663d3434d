import Alarms
import Basics
import Journal
import Pipeline
import SNMPSecurity
import SNMPWire
import Testing

@testable import Trapline

/// What a start finds in the journal of engines' clocks.
@Suite struct EngineWordsTests {
    private let first: EngineID
    private let second: EngineID

    init() throws {
        first = try #require(EngineID([0x80, 0, 0x1f, 0x88, 1]))
        second = try #require(EngineID([0x80, 0, 0x1f, 0x88, 2]))
    }

    private static let address = IPAddress(v4: 0xc000_0207)

    private static func entry(_ fact: OID, _ variables: [VariableBinding], on interface: String = OwnFacts.listener)
        -> JournalEntry
    {
        let notification = SNMPNotification(
            version: .v2c, trapOID: fact, uptime: 1, variables: VariableBindings(variables))
        let message = CommunityMessage(
            version: .v2c, community: [], pdu: .standard(notification.v2PDU(kind: .trap, requestID: 1)))
        return JournalEntry(
            time: Timestamp(seconds: 100), interface: interface, sender: Endpoint(address, port: 1),
            receiver: Endpoint(address, port: 162),
            payload: message.encode())
    }

    private static func wentBack(_ engine: EngineID, on interface: String = OwnFacts.listener) -> JournalEntry {
        entry(
            OwnFacts.engineBootsWentBack,
            OwnFacts.bootsWentBack(
                of: engine, user: "ops", known: EngineReading(boots: 3, time: 900),
                told: EngineReading(boots: 1, time: 5), from: address), on: interface)
    }

    private static func agrees(_ engine: EngineID) -> JournalEntry {
        entry(OwnFacts.engineClockTrusted, OwnFacts.clockTrusted(of: engine, from: address))
    }

    private static func done(_ action: OperatorAction) -> JournalEntry {
        let fact = OwnFacts.fact(action, by: "anna")
        return entry(fact.notification, fact.variables)
    }

    /// The words as they were written, the oldest first.
    private func words(_ entries: [JournalEntry], clocks: [EngineClockTable.Row] = []) -> (EngineWords, [[EngineID]]) {
        let words = EngineWords(clocks: clocks)
        let trusted = entries.reversed().map { words.note($0) }
        return (words, trusted.reversed())
    }

    /// What the store says is older than the journal's end, and of that the last word counts.
    @Test func theLastWordTellsWhoseMessagesAreRefused() {
        let trust = Self.done(.trustClock("engine:\(first)", engine: first.description))
        for (entries, told, expected) in [
            ([], [first], [first]), ([trust], [first], []), ([Self.agrees(first)], [first], []),
            ([Self.wentBack(first)], [], [first]), ([Self.wentBack(first), trust], [], []),
            ([trust, Self.wentBack(first)], [first], [first]), ([Self.wentBack(second)], [first], [first, second]),
            ([Self.wentBack(second, on: "traps")], [], []),
            ([Self.done(.forgetDevice("serial:1", engines: [first.description]))], [first, second], [second]),
        ] as [([JournalEntry], Set<EngineID>, Set<EngineID>)] {
            let troubled = words(entries).0.troubled(told: told)
            #expect(Set(troubled) == expected && troubled.count == expected.count)
        }
    }

    /// Whoever forgets a device forgets all of its engines, whether the store still has their clocks or not.
    @Test func whatIsTrustedIsTheFirstOfWhatComes() {
        let clock = EngineClock(
            engine: second, latest: EngineReading(boots: 3, time: 50), updated: Timestamp(seconds: 90))
        let (_, trusted) = words(
            [
                Self.done(.trustClock("serial:1", engine: first.description)), Self.agrees(first),
                Self.wentBack(first), Self.done(.forgetDevice("serial:1", engines: [first.description])),
                Self.done(.forgetDevice("serial:2")), Self.done(.nameDevice("serial:1", name: "edge")),
            ], clocks: [EngineClockTable.Row(clock: clock, device: "serial:1")])
        #expect(trusted == [[first], [], [], [first, second], [], []])
    }
}
