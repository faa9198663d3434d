public import Logging
internal import Synchronization

/// Keeps what is logged, a line each: its level, the sink that it tells of (or `-`), and the message.
public final class LogCollector: Sendable {
    private let lines = Mutex<[String]>([])

    public init() {}

    public var all: [String] { lines.withLock { $0 } }

    public var logger: Logger {
        Logger(label: "test") { _ in Handler(collector: self) }
    }

    private struct Handler: LogHandler {
        let collector: LogCollector
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(collector: LogCollector) {
            self.collector = collector
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let sink = (event.metadata?["sink"] ?? metadata["sink"]).map { "\($0)" } ?? "-"
            collector.lines.withLock { $0.append("\(event.level) \(sink): \(event.message)") }
        }
    }
}
