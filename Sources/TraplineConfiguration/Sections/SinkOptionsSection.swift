import Sinks

/// What stands beside a sink's type: `expire-after`, `start`, `was` and `lag-alarm`.
enum SinkOptionsSection {
    /// Less would drop events that are on their way; more is kept by no event log.
    static let expireAfter: ClosedRange<Duration> = .seconds(1)...(.seconds(365 * 86_400))
    /// A delivery and its confirmation may take some seconds without anything being wrong.
    static let lagAlarm: ClosedRange<Duration> = .seconds(10)...(.seconds(7 * 86_400))

    private static let keys = ["expire-after", "start", "was", "lag-alarm"]

    /// The entries of a sink that are none of its options: its type, if all is well. `nil` where it is no mapping.
    static func types(_ node: YAMLNode) -> [YAMLNode.Entry]? {
        guard case .mapping(let content) = node.content else { return nil }
        return content.filter { !keys.contains($0.key) }
    }

    static func read(_ entry: YAMLNode.Entry, _ reader: DocumentReader) -> (options: SinkOptions, wasMark: SourceMark?)
    {
        var options = SinkOptions()
        var wasMark: SourceMark?
        guard case .mapping(let content) = entry.value.content else { return (options, nil) }
        for option in content {
            switch option.key {
            case "expire-after":
                options.expireAfter = reader.duration(option.value, in: expireAfter)
            case "start":
                if let start = reader.word(option.value, SinkOptions.Start.self) { options.start = start }
            case "was":
                guard let name = reader.text(option.value, "the name that the sink had") else { continue }
                guard DocumentReader.isName(name), name != entry.key else {
                    reader.error("\(quoted(name)) is no other sink's name", at: option.value.mark)
                    continue
                }
                options.was = name
                wasMark = option.mark
            case "lag-alarm":
                if case .text("off", _) = option.value.content {
                    options.lagAlarm = nil
                } else if let limit = reader.duration(option.value, in: lagAlarm) {
                    options.lagAlarm = limit
                }
            default:
                continue
            }
        }
        return (options, wasMark)
    }

    /// A cursor goes to one sink.
    static func checkFormerNames(_ sinks: SinksSection.Sinks, _ reader: DocumentReader) {
        var heirs: [String: String] = [:]
        for sink in sinks.valid {
            guard let was = sink.options.was, let mark = sink.wasMark else { continue }
            if let heir = heirs[was] {
                reader.error("was: the sink \(heir) takes over from \(was) already", at: mark)
            } else if sinks.names.contains(was) {
                reader.warning("was: the sink \(was) is still there, so that nothing is taken over from it", at: mark)
            }
            heirs[was] = heirs[was] ?? sink.name
        }
    }
}
