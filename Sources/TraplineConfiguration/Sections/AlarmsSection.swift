import Alarms

/// `alarms:` when alarms say too much, and when a device counts as restarted.
enum AlarmsSection {
    /// Less than networks delay makes a restart of each delay; more than an hour misses restarts.
    static let tolerance: ClosedRange<Duration> = .seconds(5)...(.seconds(3_600))
    /// A second to try it out, a day for what comes and goes with the night.
    static let time: ClosedRange<Duration> = .seconds(1)...(.seconds(86_400))
    /// One raise and its clear are nothing out of the way; as many changes as are remembered one by one.
    static let changes = 3...1_000
    /// More than anybody reads in one interval.
    static let events = 2...1_000_000

    static func read(_ node: YAMLNode, _ reader: DocumentReader) -> AlarmSettings {
        var settings = AlarmSettings()
        guard let mapping = MappingReader(node, reader, of: "settings such as flapping and suppression") else {
            return settings
        }
        if let time = mapping.take("restart-tolerance", { reader.duration($0, in: tolerance) }) {
            settings.restartTolerance = time
        }
        if let node = mapping.take("flapping") { settings.flapping = isOff(node) ? nil : flapping(node, reader) }
        if let node = mapping.take("suppression") {
            settings.suppression = isOff(node) ? nil : suppression(node, reader)
        }
        mapping.finish()
        return settings
    }

    private static func isOff(_ node: YAMLNode) -> Bool {
        if case .text("off", _) = node.content { true } else { false }
    }

    private static func flapping(_ node: YAMLNode, _ reader: DocumentReader) -> AlarmSettings.Flapping? {
        var flapping = AlarmSettings.Flapping()
        guard let mapping = MappingReader(node, reader, of: "changes, within and quiet, or off") else { return nil }
        if let count = mapping.take("changes", { reader.integer($0, in: changes) }) { flapping.changes = count }
        if let within = mapping.take("within", { reader.duration($0, in: time) }) {
            flapping.within = within
            flapping.quiet = within
        }
        if let quiet = mapping.take("quiet", { reader.duration($0, in: time) }) { flapping.quiet = quiet }
        mapping.finish()
        return flapping
    }

    private static func suppression(_ node: YAMLNode, _ reader: DocumentReader) -> AlarmSettings.Suppression? {
        guard let mapping = MappingReader(node, reader, of: "events and interval, or off") else { return nil }
        let count = mapping.require("events", "how many in an interval are too many") {
            reader.integer($0, in: events)
        }
        let interval = mapping.require("interval", "how long one is") { reader.duration($0, in: time) }
        mapping.finish()
        guard let count, let interval else { return nil }
        return AlarmSettings.Suppression(events: count, interval: interval)
    }
}
