/// What one entry of `sinks:` says, by its type.
public enum SinkSettings: Sendable, Hashable {
    case syslog(SyslogSettings)
    case mail(MailSettings)
    case debugRecording(DebugRecordingSettings)
    case file(FileSettings)
    case console(ConsoleSettings)
}
