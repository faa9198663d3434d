/// From what the configuration says of a sink to the sink. Nothing is opened or connected yet: that waits for the first
/// delivery.
public enum SinkFactory {
    public static func make(_ name: String, _ settings: SinkSettings) -> any Sink {
        switch settings {
        case .syslog(let settings): SyslogSink(name: name, settings: settings)
        case .mail(let settings): MailSink(name: name, settings: settings)
        case .debugRecording(let settings): DebugRecordingSink(name: name, settings: settings)
        case .file(let settings): FileSink(settings: settings)
        case .console(let settings): ConsoleSink(settings: settings)
        }
    }
}
