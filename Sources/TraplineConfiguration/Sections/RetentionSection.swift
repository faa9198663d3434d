import Journal
import Store

/// `retention:` how long what is kept is kept.
enum RetentionSection {
    /// A minute is for trying it out; ten years are more than any law asks for.
    static let age: ClosedRange<Duration> = .seconds(60)...(.seconds(3_650 * 86_400))
    /// A segment at the least, and more than a machine has.
    static let size = 1024 * 1024...1024 * 1024 * 1024 * 1024 * 1024
    /// With fewer segments below the limit, one that is needed fills a large part of it.
    static let fewestSegments = 4

    static func read(_ node: YAMLNode, _ reader: DocumentReader, _ segments: JournalSettings) -> RetentionSettings {
        var settings = RetentionSettings()
        guard let mapping = MappingReader(node, reader, of: "what is kept, such as journal and events") else {
            return settings
        }
        if let journal = mapping.take("journal").map({ readJournal($0, reader, segmentSize: segments.segmentSize) }) {
            settings.journal = journal
        }
        if let events = mapping.take("events").map({ readEvents($0, reader) }) { settings.events = events }
        if let cursors = mapping.take("cursors", { reader.duration($0, in: age) }) { settings.cursors = cursors }
        mapping.finish()
        return settings
    }

    private static func readJournal(_ node: YAMLNode, _ reader: DocumentReader, segmentSize: Int) -> JournalRetention {
        var settings = JournalRetention()
        guard let mapping = MappingReader(node, reader, of: "bounds of the journal") else { return settings }
        let errors = reader.errorCount
        if let age = mapping.take("age", { reader.duration($0, in: age) }) { settings.age = age }
        if let octets = mapping.take("size", { reader.size($0, in: size) }) { settings.size = octets }
        if let octets = mapping.take("limit", { reader.size($0, in: size) }) { settings.limit = octets }
        if let word = mapping.take("when-full", { reader.word($0, JournalRetention.WhenFull.self) }) {
            settings.whenFull = word
        }
        let mark = (mapping.take("limit") ?? mapping.take("size") ?? node).mark
        mapping.finish()
        guard reader.errorCount == errors else { return settings }
        warn(of: settings.limit, below: settings.size, at: mark, reader)
        if settings.limit / fewestSegments < segmentSize {
            reader.warning(
                "the limit, \(SizeText.format(settings.limit)), is less than \(fewestSegments) segments of "
                    + "\(SizeText.format(segmentSize)); make it larger, or journal: segment-size smaller",
                at: mark)
        }
        return settings
    }

    private static func readEvents(_ node: YAMLNode, _ reader: DocumentReader) -> EventRetention {
        var settings = EventRetention()
        guard let mapping = MappingReader(node, reader, of: "bounds of the event log") else { return settings }
        let errors = reader.errorCount
        if let age = mapping.take("age", { reader.duration($0, in: age) }) { settings.age = age }
        if let octets = mapping.take("size", { reader.size($0, in: size) }) { settings.size = octets }
        if let octets = mapping.take("limit", { reader.size($0, in: size) }) { settings.limit = octets }
        if let word = mapping.take("when-full", { reader.word($0, EventRetention.WhenFull.self) }) {
            settings.whenFull = word
        }
        let mark = (mapping.take("limit") ?? mapping.take("size") ?? node).mark
        mapping.finish()
        guard reader.errorCount == errors else { return settings }
        warn(of: settings.limit, below: settings.size, at: mark, reader)
        return settings
    }

    /// A limit that comes before the size leaves nobody any time.
    static func warn(of limit: Int, below size: Int, at mark: SourceMark, _ reader: DocumentReader) {
        guard limit < size else { return }
        reader.warning(
            "the limit, \(SizeText.format(limit)), is less than the size, \(SizeText.format(size)): what is still "
                + "needed is given up as soon as what is not",
            at: mark)
    }
}
