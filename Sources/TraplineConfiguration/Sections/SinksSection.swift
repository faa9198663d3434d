import Foundation
import Sinks

/// `sinks:` where events go. `NAME: {TYPE: {…}}`, and beside the type what any sink can be told.
enum SinksSection {
    /// Each has a cursor, a task and metrics of its own.
    static let maximumSinks = 100

    struct NamedSink {
        var name: String
        var mark: SourceMark
        var settings: SinkSettings
        var options: SinkOptions
        /// Where `was` stands.
        var wasMark: SourceMark?
    }

    struct Sinks {
        var valid: [NamedSink] = []
        /// The names of all entries, also of those with problems: a route to one is no mistake of its own.
        var names: [String] = []
    }

    private typealias Read = @Sendable (YAMLNode, DocumentReader, ObjectNames) -> SinkSettings?

    private static let types: [(name: String, read: Read)] = [
        ("syslog", { SyslogSection.read($0, $1, $2).map(SinkSettings.syslog) }),
        ("mail", { node, reader, _ in MailSection.read(node, reader).map(SinkSettings.mail) }),
        ("debug-recording", { node, reader, _ in debugRecording(node, reader).map(SinkSettings.debugRecording) }),
        ("file", { node, reader, _ in file(node, reader).map(SinkSettings.file) }),
        ("console", { node, reader, _ in console(node, reader).map(SinkSettings.console) }),
    ]

    /// `nil` where the section is no mapping or too large.
    static func read(_ node: YAMLNode, _ reader: DocumentReader, _ names: ObjectNames) -> Sinks? {
        var sinks = Sinks()
        switch node.content {
        case .empty: return sinks
        case .mapping(let entries):
            guard entries.count <= maximumSinks else {
                reader.error("more than \(maximumSinks) sinks", at: node.mark)
                return nil
            }
            for entry in entries {
                sinks.names.append(entry.key)
                guard DocumentReader.isName(entry.key) else {
                    let rule = DocumentReader.nameRule
                    reader.error("\(quoted(entry.key)) is no name for a sink: \(rule)", at: entry.mark)
                    continue
                }
                let (options, wasMark) = SinkOptionsSection.read(entry, reader)
                guard let settings = settings(entry, reader, names) else { continue }
                sinks.valid.append(
                    NamedSink(
                        name: entry.key, mark: entry.mark, settings: settings, options: options, wasMark: wasMark))
            }
            SinkOptionsSection.checkFormerNames(sinks, reader)
            checkFiles(sinks, reader)
        case .text, .list:
            reader.error("expected a mapping of sinks, NAME: {TYPE: {…}}, found \(node.kind)", at: node.mark)
            return nil
        }
        return sinks
    }

    private static func settings(
        _ entry: YAMLNode.Entry, _ reader: DocumentReader, _ names: ObjectNames
    ) -> SinkSettings? {
        let known = types.map(\.name)
        guard let content = SinkOptionsSection.types(entry.value), let type = content.first else {
            let value = reader.described(entry.value)
            reader.error(
                "the sink \(entry.key) needs a type, {TYPE: {…}} with \(alternatives(known)); found \(value)",
                at: entry.value.mark)
            return nil
        }
        for other in content.dropFirst() {
            reader.error(
                "the sink \(entry.key) has a type already, \(quoted(type.key)); each sink has one", at: other.mark)
        }
        guard let found = types.first(where: { $0.name == type.key }) else {
            let hint = Suggestion.hintOrList(for: type.key, in: known)
            reader.error("unknown type of sink \(quoted(type.key))\(hint)", at: type.mark)
            return nil
        }
        let value = YAMLNode(mark: type.mark, content: type.value.content)
        return found.read(value, reader, names)
    }

    private static func debugRecording(_ node: YAMLNode, _ reader: DocumentReader) -> DebugRecordingSettings? {
        guard let mapping = MappingReader(node, reader, of: "settings") else { return nil }
        let to = mapping.require("to", "HOST:PORT of the recorder") { reader.hostAndPort($0, example: "10.0.0.7:925") }
        let form = mapping.take("form") { reader.word($0, DebugRecordingSettings.Form.self) }
        let community = mapping.take("community") { reader.word($0, DebugRecordingSettings.Community.self) }
        mapping.finish()
        guard let to else { return nil }
        var settings = DebugRecordingSettings(host: to.host)
        if let port = to.port { settings.port = port }
        if let form { settings.form = form }
        if let community { settings.community = community }
        return settings
    }

    private static func file(_ node: YAMLNode, _ reader: DocumentReader) -> FileSettings? {
        guard let mapping = MappingReader(node, reader, of: "settings") else { return nil }
        let path = mapping.require("to", "the file's path", reader.path)
        mapping.finish()
        return path.map { FileSettings(path: $0) }
    }

    /// Two that append to one file write into each other's lines.
    private static func checkFiles(_ sinks: Sinks, _ reader: DocumentReader) {
        var owners: [String: String] = [:]
        for sink in sinks.valid {
            guard case .file(let settings) = sink.settings else { continue }
            let path = URL(filePath: settings.path).standardized.resolvingSymlinksInPath().path
            if let owner = owners[path] {
                reader.error("the sinks \(owner) and \(sink.name) write to one file, \(settings.path)", at: sink.mark)
            }
            owners[path] = owners[path] ?? sink.name
        }
    }

    private static func console(_ node: YAMLNode, _ reader: DocumentReader) -> ConsoleSettings? {
        guard let mapping = MappingReader(node, reader, of: "settings") else { return nil }
        var settings = ConsoleSettings()
        if let form = mapping.take("form", { reader.word($0, ConsoleSettings.Form.self) }) { settings.form = form }
        mapping.finish()
        return settings
    }
}
