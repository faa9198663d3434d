import Alarms
import ArgumentParser
import Basics
import Documents
import Foundation
import Trapline
import TraplineConfiguration

/// Which alarms and events: each criterion that is given must hold, and one of its values is enough.
struct AlarmFilterOptions: ParsableArguments {
    @Option(name: .long, help: "Of this device: its id, name or address, or a pattern with * and ?. Can be repeated.")
    var device: [String] = []

    @Option(name: .long, help: "Of devices in this group.")
    var group: [String] = []

    @Option(name: .long, help: "Of devices of this tenant.")
    var tenant: [String] = []

    @Option(name: .long, help: "Of devices at this site.")
    var site: [String] = []

    @Option(name: .long, help: "Of this name, such as linkDown or 'acBoard*'.")
    var alarm: [String] = []

    @Option(name: .long, help: "At this source within the device.")
    var source: [String] = []

    @Option(name: .long, help: "Of this severity, or '>=major'.")
    var severity: [String] = []

    func validate() throws {
        do {
            _ = try matcher()
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func matcher() throws(AlarmMatcher.Failure) -> AlarmMatcher {
        let given: [(AlarmMatcher.Field, [String])] = [
            (.device, device), (.group, group), (.tenant, tenant), (.site, site), (.alarm, alarm), (.source, source),
            (.severity, severity),
        ]
        return try AlarmMatcher(given.flatMap { field, values in values.map { (field, $0) } })
    }
}

extension EventLogReader {
    /// Says which names among the criteria are nobody's, so that nothing is taken for an answer that is none.
    func warnOfUnknownNames(in matcher: AlarmMatcher) throws {
        for name in try unknownNames(in: matcher) {
            warn("warning: no known device has \(TerminalText.line(name)); trapline devices lists them")
        }
    }
}

/// From when and until when.
struct TimeFilterOptions: ParsableArguments {
    @Option(name: .long, help: "Since then: a time such as 2026-01-31T22:00:00Z, or 2h for so long ago.")
    var since: String?

    @Option(name: .long, help: "Before then; likewise.")
    var until: String?

    func validate() throws {
        for text in [since, until].compactMap(\.self) { _ = try MomentText.past(text) }
    }

    func moments() throws -> (since: Timestamp?, until: Timestamp?) {
        (try since.map { try MomentText.past($0) }, try until.map { try MomentText.past($0) })
    }
}

/// A moment as an operator types it: RFC 3339, or how long ago or from now.
enum MomentText {
    static func past(_ text: String) throws -> Timestamp { try moment(text, -1) }
    static func future(_ text: String) throws -> Timestamp { try moment(text, 1) }

    private static func moment(_ text: String, _ direction: Int64) throws -> Timestamp {
        if let moment = Timestamp(text) { return moment }
        guard let duration = DurationText.parse(text) else {
            throw ValidationError("\(text): expected a time such as 2026-01-31T22:00:00Z, or a duration such as 2h")
        }
        let (step, overflow) = duration.components.seconds.multipliedReportingOverflow(by: 1_000_000_000 * direction)
        let (sum, overflowAgain) = Timestamp.now.nanoseconds.addingReportingOverflow(step)
        guard !overflow, !overflowAgain else { throw ValidationError("\(text): too far away") }
        return Timestamp(nanoseconds: sum)
    }
}

/// Who does it, for the audit log.
struct OperatorOptions: ParsableArguments {
    @Option(name: .customLong("as"), help: "Your name, where the account is shared; the audit log keeps both.")
    var name: String?
}
