import Alarms
import ArgumentParser
import Basics
import Documents
import Foundation
import Trapline

/// `trapline alarms`: what stands, what stood, and what operators do about it.
struct AlarmsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms", abstract: "The alarms that stand, those that stood, and what is done about them.",
        subcommands: [
            ListAlarms.self, AcknowledgeAlarms.self, UnacknowledgeAlarms.self, ClearAlarms.self, NoteAlarms.self,
            SilenceAlarms.self, ListSilences.self, EndSilence.self,
        ],
        defaultSubcommand: ListAlarms.self)
}

struct ListAlarms: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Prints the active alarms, or those of the past, oldest first.")

    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var filter: AlarmFilterOptions
    @OptionGroup var times: TimeFilterOptions

    @Flag(help: "Those that stand (the default), or those that have ended, as far as the event log reaches.")
    var which = Which.active

    @Flag(inversion: .prefixedNo, help: "Only those that somebody has acknowledged, or that nobody has.")
    var acknowledged: Bool?

    @Option(name: .long, help: "How many of the past ones at most, the last.")
    var last = 100

    enum Which: String, EnumerableFlag { case active, history }

    func validate() throws {
        guard last >= 0 else { throw ValidationError("--last is a number of alarms") }
        guard acknowledged == nil || which == .active else {
            throw ValidationError("--acknowledged is asked of alarms that stand")
        }
    }

    func run() throws {
        let log = try storeOptions.eventLog()
        let matcher = try filter.matcher()
        let (since, until) = try times.moments()
        func isWithin(_ time: Timestamp) -> Bool { since.map { time >= $0 } ?? true && until.map { time < $0 } ?? true }
        switch which {
        case .active:
            // As they are read: of a million, few are in memory at a time.
            var lines = OutputLines()
            var isNone = true
            try log.forEachActiveAlarm { alarm in
                let isAcknowledged = alarm.acknowledged != nil
                guard matcher.matches(alarm), isWithin(alarm.raised), acknowledged ?? isAcknowledged == isAcknowledged
                else { return }
                lines.write(
                    storeOptions.json
                        ? ActiveAlarmDocument(alarm).jsonLine() : ActiveAlarmText.numberedLine(alarm))
                isNone = false
            }
            lines.flush()
            if isNone { try log.warnOfUnknownNames(in: matcher) }
        case .history:
            let first = try since.map { try log.lastEventID(before: $0) } ?? 0
            let ended = try log.lastEvents(last, after: first) {
                $0.transition == .cleared && matcher.matches($0) && isWithin($0.time)
            }
            if ended.isEmpty { try log.warnOfUnknownNames(in: matcher) }
            storeOptions.list(ended, json: { PastAlarmDocument($0).jsonLine() }, text: ActiveAlarmText.pastLine)
        }
    }
}

/// An alarm as a person reads it.
enum ActiveAlarmText {
    static func line(_ alarm: ActiveAlarm) -> String {
        let parts = [alarm.device.name, alarm.alarm, alarm.key.source, alarm.text].map(TerminalText.line)
        return "\(alarm.raised.toTheSecond)  \(padded(alarm.severity))  "
            + parts.filter { !$0.isEmpty }.joined(separator: "  ") + times(alarm.count)
            + remark("acknowledged by", alarm.acknowledged) + remark("note by", alarm.note)
    }

    /// With the number by which commands name it.
    static func numberedLine(_ alarm: ActiveAlarm) -> String { "\(number(alarm.id))  \(line(alarm))" }

    /// One that has ended, with the words of its clear.
    static func pastLine(_ event: Event) -> String {
        let parts = [event.device.name, event.alarm, event.source, event.text].map(TerminalText.line)
        let raised = event.raised?.toTheSecond ?? "?"
        return "\(number(event.alarmID ?? 0))  \(raised) to \(event.time.toTheSecond)  "
            + "\(padded(event.severity))  "
            + parts.filter { !$0.isEmpty }.joined(separator: "  ")
            + "  (was \((event.previousSeverity ?? event.highestSeverity).name))" + times(event.count)
            + (event.reason.map { "  (\($0))" } ?? "")
    }

    private static func number(_ number: Int64) -> String {
        let text = String(number)
        return String(repeating: " ", count: max(0, 8 - text.count)) + text
    }

    private static func padded(_ severity: Severity) -> String {
        severity.name.padding(toLength: 13, withPad: " ", startingAt: 0)
    }

    private static func times(_ count: Int) -> String { count == 1 ? "" : "  (told \(count) times)" }

    private static func remark(_ what: String, _ remark: AlarmRemark?) -> String {
        guard let remark else { return "" }
        let words = remark.text.isEmpty ? "" : ": \(TerminalText.line(remark.text))"
        return "  (\(what) \(TerminalText.line(remark.by))\(words))"
    }
}
