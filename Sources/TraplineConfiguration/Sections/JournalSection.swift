import Journal

/// `journal:` how the journal commits and when it begins a new segment.
enum JournalSection {
    /// Smaller segments would be thousands of files, larger ones are no longer opened by packet tools.
    static let segmentSize = 1024 * 1024...16 * 1024 * 1024 * 1024
    /// What an inform waits for its acknowledgement; devices repeat theirs after a second or more.
    static let commitInterval: ClosedRange<Duration> = .milliseconds(1)...(.milliseconds(1_000))
    static let commitSize = 4 * 1024...64 * 1024 * 1024
    static let gatherLimit = 1024 * 1024...1024 * 1024 * 1024

    static func read(_ node: YAMLNode, _ reader: DocumentReader) -> JournalSettings {
        var settings = JournalSettings()
        guard let mapping = MappingReader(node, reader, of: "settings") else { return settings }
        if let size = mapping.take("segment-size", { reader.size($0, in: segmentSize) }) { settings.segmentSize = size }
        if let interval = mapping.take("commit-interval", { reader.duration($0, in: commitInterval) }) {
            settings.commitInterval = interval
        }
        if let size = mapping.take("commit-size", { reader.size($0, in: commitSize) }) { settings.commitSize = size }
        if let limit = mapping.take("gather-limit", { reader.size($0, in: gatherLimit) }) {
            settings.gatherLimit = limit
        }
        if let sync = mapping.take("sync", { reader.word($0, JournalSettings.Sync.self) }) { settings.sync = sync }
        mapping.finish()
        return settings
    }
}
