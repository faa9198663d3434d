import Basics
import Foundation
import Logging

/// A log line on standard error: `05:12:07Z info: listening on …`. Standard output belongs to the console sink.
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

    // The signature is swift-log's.
    // swift-format-ignore
    func log(
        level: Logger.Level, message: Logger.Message, metadata explicit: Logger.Metadata?, source: String, file: String,
        function: String, line: UInt
    ) {
        let all = metadata.merging(explicit ?? [:]) { $1 }
        let details = all.isEmpty ? "" : " (" + all.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            .joined(separator: ", ") + ")"
        // What a trap says may stand in a message: it must not become a second line or move the cursor.
        let text = "\(Timestamp.now) \(level): \(message)\(details)".unicodeScalars.map { scalar -> Character in
            scalar.properties.generalCategory == .control ? " " : Character(scalar)
        }
        FileHandle.standardError.write(Data((String(text) + "\n").utf8))
    }
}
