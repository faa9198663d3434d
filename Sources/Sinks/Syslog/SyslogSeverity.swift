internal import Alarms

/// The numerical severities of RFC 5424 §6.2.1, table 2.
enum SyslogSeverity: UInt8 {
    case emergency = 0
    case alert = 1
    case critical = 2
    case error = 3
    case warning = 4
    case notice = 5
    case informational = 6
    case debug = 7

    init(_ severity: Severity, mapping: SyslogSettings.SeverityMapping) {
        self =
            switch severity {
            case .critical: .alert
            case .major: .critical
            case .minor: .error
            case .warning: .warning
            // The two mappings differ here alone: RFC 5674 §2 has notice for it.
            case .indeterminate: mapping == .rfc5674 ? .notice : .informational
            case .cleared: .notice
            }
    }
}
