import Alarms
import Basics
import SNMPWire
import TestPeers
import Testing

/// The table against a model that knows nothing but the whole history: it looks back at each step.
@Suite struct AlarmTablePropertyTests {
    /// A notification of the history, reduced to what decides.
    private struct Told: Equatable {
        var device: Int
        var trap: UInt32
        var source: Int
        var severity: Severity
        var kind: AlarmRule.Kind
    }

    private struct Outcome: Equatable {
        var transition: Transition
        var alarmID: Int64?
        var severity: Severity
        var previous: Severity?
        var highest: Severity
        var count: Int
        var reason: String?
    }

    @Test(arguments: 0..<40)
    func agreesWithAModel(round: Int) {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        var table = AlarmTable()
        // What a store would hold that is only ever told the changes.
        var stored: [Int64: ActiveAlarm] = [:]
        var history: [Told] = []
        for number in 1...400 {
            let told = Told(
                device: Int.random(in: 0..<2, using: &random), trap: UInt32.random(in: 1...2, using: &random),
                source: Int.random(in: 0..<2, using: &random),
                severity: Severity.allCases.randomElement(using: &random) ?? .cleared,
                kind: [.alarm, .alarm, .alarm, .event, .keepAlive, .restart].randomElement(using: &random) ?? .alarm)
            history.append(told)
            let event = table.apply(
                interpretation(told), device: deviceNamed(told.device), time: Timestamp(seconds: Int64(number)),
                eventID: Int64(number))
            let outcome = event.map {
                Outcome(
                    transition: $0.transition, alarmID: $0.alarmID, severity: $0.severity,
                    previous: $0.previousSeverity, highest: $0.highestSeverity, count: $0.count, reason: $0.reason)
            }
            guard outcome == expected(history) else {
                Issue.record("seed \(seed), step \(number): \(told) gave \(String(describing: outcome))")
                return
            }
            if number % 7 == 0 {
                let changes = table.takeChanges()
                for number in changes.removals { stored[number] = nil }
                for alarm in changes.upserts { stored[alarm.id] = alarm }
                for told in changes.repeats { stored[told.number]?.take(told) }
                guard Set(stored.values) == Set(table.alarms) else {
                    Issue.record("seed \(seed), step \(number): the changes do not add up to the table")
                    return
                }
            }
        }
    }

    /// What the last entry of a history does, found by walking all of it.
    private func expected(_ history: [Told]) -> Outcome? {
        guard let last = history.last else { return nil }
        if last.kind == .keepAlive { return nil }
        let logged = Outcome(
            transition: .logged, alarmID: nil, severity: last.severity, previous: nil, highest: last.severity,
            count: 1, reason: nil)
        if last.kind != .alarm { return logged }
        // The run of raises since the last clear of the same alarm.
        var run: [(number: Int, severity: Severity)] = []
        for (offset, told) in history.dropLast().enumerated()
        where told.kind == .alarm && told.device == last.device && told.trap == last.trap
            && told.source == last.source
        {
            if told.severity == .cleared { run = [] } else { run.append((offset + 1, told.severity)) }
        }
        let severities = run.map(\.severity) + (last.severity == .cleared ? [] : [last.severity])
        let highest = severities.max { $0.rawValue < $1.rawValue } ?? .cleared
        guard let first = run.first, let previous = run.last?.severity else {
            if last.severity == .cleared {
                var unfounded = logged
                unfounded.reason = "nothing standing"
                return unfounded
            }
            return Outcome(
                transition: .raised, alarmID: Int64(history.count), severity: last.severity, previous: nil,
                highest: last.severity, count: 1, reason: nil)
        }
        let transition: Transition =
            last.severity == .cleared ? .cleared : last.severity == previous ? .repeated : .changed
        return Outcome(
            transition: transition, alarmID: Int64(first.number), severity: last.severity,
            previous: transition == .repeated ? nil : previous, highest: highest, count: severities.count, reason: nil)
    }

    private func interpretation(_ told: Told) -> Interpretation {
        let oid = OID.enterprises.appending(5003, told.trap)
        return Interpretation(
            kind: told.kind, alarm: "alarm\(told.trap)", alarmOID: oid, trapOID: oid, source: "source\(told.source)",
            severity: told.severity, text: "")
    }

    private func deviceNamed(_ number: Int) -> EventDevice {
        EventDevice(id: "device\(number)", name: "device\(number)", address: IPAddress(v4: UInt32(number)))
    }
}
