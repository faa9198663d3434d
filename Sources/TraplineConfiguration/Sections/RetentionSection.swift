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

    /// What the journal and the event log can both be told; `nil` what they are not, or not well.
    private struct Bounds<WhenFull> {
        var age: Duration?
        var size: Int?
        var limit: Int?
        var whenFull: WhenFull?
        /// Where a problem of the limit stands.
        var mark: SourceMark
        /// Something that stands here for the size or the limit was not understood: they are not compared.
        var isUnknown: Bool
    }

    private static func bounds<WhenFull>(
        _ node: YAMLNode, _ reader: DocumentReader, of what: String, _ whenFull: WhenFull.Type
    ) -> Bounds<WhenFull>? where WhenFull: RawRepresentable<String> & CaseIterable {
        guard let mapping = MappingReader(node, reader, of: what) else { return nil }
        let (age, size, limit) = (mapping.take("age"), mapping.take("size"), mapping.take("limit"))
        var bounds = Bounds<WhenFull>(mark: (limit ?? size ?? node).mark, isUnknown: false)
        bounds.age = age.flatMap { reader.duration($0, in: Self.age) }
        bounds.size = size.flatMap { reader.size($0, in: Self.size) }
        bounds.limit = limit.flatMap { reader.size($0, in: Self.size) }
        bounds.isUnknown = (size != nil && bounds.size == nil) || (limit != nil && bounds.limit == nil)
        bounds.whenFull = mapping.take("when-full") { reader.word($0, whenFull) }
        mapping.finish()
        return bounds
    }

    private static func readJournal(_ node: YAMLNode, _ reader: DocumentReader, segmentSize: Int) -> JournalRetention {
        var settings = JournalRetention()
        guard let bounds = bounds(node, reader, of: "bounds of the journal", JournalRetention.WhenFull.self) else {
            return settings
        }
        settings.age = bounds.age ?? settings.age
        settings.size = bounds.size ?? settings.size
        settings.limit = bounds.limit ?? settings.limit
        settings.whenFull = bounds.whenFull ?? settings.whenFull
        guard !bounds.isUnknown else { return settings }
        warn(of: settings.limit, below: settings.size, at: bounds.mark, reader)
        if settings.limit / fewestSegments < segmentSize {
            reader.warning(
                "the limit, \(SizeText.format(settings.limit)), is less than \(fewestSegments) segments of "
                    + "\(SizeText.format(segmentSize)); make it larger, or journal: segment-size smaller",
                at: bounds.mark)
        }
        return settings
    }

    private static func readEvents(_ node: YAMLNode, _ reader: DocumentReader) -> EventRetention {
        var settings = EventRetention()
        guard let bounds = bounds(node, reader, of: "bounds of the event log", EventRetention.WhenFull.self) else {
            return settings
        }
        settings.age = bounds.age ?? settings.age
        settings.size = bounds.size ?? settings.size
        settings.limit = bounds.limit ?? settings.limit
        settings.whenFull = bounds.whenFull ?? settings.whenFull
        if !bounds.isUnknown { warn(of: settings.limit, below: settings.size, at: bounds.mark, reader) }
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
