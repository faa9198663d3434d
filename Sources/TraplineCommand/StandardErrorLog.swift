import Basics
import Documents
import Foundation
import Logging

/// A log line on standard error: `2026-01-31T23:59:59.123456Z notice: traps at …`. Standard output belongs to the console sink.
struct StandardErrorLog: LogHandler {
    let label: String
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(label: String) {
        self.label = label
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let details = all.isEmpty ? "" : " (" + all.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + ")"
        // What a trap says may stand in a message: it must not become a second line or move the cursor.
        let line = TerminalText.line("\(Timestamp.now) \(event.level): \(event.message)\(details)")
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
