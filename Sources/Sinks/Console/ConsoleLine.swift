public import Alarms
internal import Basics
internal import Documents

/// An event as a line that a person reads:
/// `2026-11-23 05:12:07Z  major          raised    192.0.2.7  linkDown  ifIndex.7  Interface 7 is down`.
public enum ConsoleLine {
    /// Columns for the longest severity and transition, so that what follows stands in line.
    private static let severityWidth = 13
    private static let transitionWidth = 8

    public static func text(_ event: Event, isColoured: Bool) -> String {
        let severity = padded(event.severity.name, severityWidth)
        let transition = padded(event.transition.rawValue, transitionWidth)
        var head = severity + "  " + transition
        if isColoured, let colour = colour(of: event.severity) {
            head = "\u{1b}[\(colour)m" + head + "\u{1b}[0m"
        }
        var parts = [event.time.toTheSecond, head]
        for part in [event.device.name, event.alarm, event.source, event.text] {
            let line = TerminalText.line(part)
            if !line.isEmpty { parts.append(line) }
        }
        if let previous = event.previousSeverity { parts.append("(was \(previous.name))") }
        return parts.joined(separator: "  ")
    }

    private static func padded(_ word: String, _ width: Int) -> String {
        word + String(repeating: " ", count: max(0, width - word.utf8.count))
    }

    /// SGR parameters (ECMA-48 §8.3.117).
    private static func colour(of severity: Severity) -> String? {
        switch severity {
        case .critical: "1;31"
        case .major: "31"
        case .minor: "33"
        case .warning: "36"
        case .cleared: "32"
        case .indeterminate: nil
        }
    }
}
