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
        var line = OctetWriter()
        append(event, isColoured: isColoured, to: &line)
        return line.text()
    }

    /// The same as octets.
    static func append(_ event: Event, isColoured: Bool, to line: inout OctetWriter) {
        event.time.appendToTheSecond(to: &line)
        line.append("  ")
        let colour = isColoured ? colour(of: event.severity) : nil
        if let colour {
            line.append("\u{1b}[")
            line.append(colour)
            line.append("m")
        }
        append(padded: event.severity.name, severityWidth, to: &line)
        line.append("  ")
        append(padded: event.transition.rawValue, transitionWidth, to: &line)
        if colour != nil { line.append("\u{1b}[0m") }
        append(part: event.device.name, to: &line)
        append(part: event.alarm, to: &line)
        append(part: event.source, to: &line)
        append(part: event.text, to: &line)
        guard let previous = event.previousSeverity else { return }
        line.append("  (was ")
        line.append(previous.name)
        line.append(")")
    }

    private static func append(part: String, to line: inout OctetWriter) {
        let text = TerminalText.line(part)
        if text.isEmpty { return }
        line.append("  ")
        line.append(text)
    }

    private static func append(padded word: String, _ width: Int, to line: inout OctetWriter) {
        line.append(word)
        line.append(UInt8(ascii: " "), times: width - word.utf8.count)
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
