import Alarms
import Foundation
import MIBCatalog
import Sinks

/// `syslog:` of a sink.
enum SyslogSection {
    /// RFC 5424 table 1, by the names that syslog daemons know them under.
    static let facilities: [String] = [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
        "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ]

    static func read(_ node: YAMLNode, _ reader: DocumentReader, _ names: ObjectNames) -> SyslogSettings? {
        guard let mapping = MappingReader(node, reader, of: "settings") else { return nil }
        let to = mapping.require("to", "a URL such as udp://10.0.0.5:514") {
            reader.peerURL($0, schemes: ["udp", "tcp", "tls", "relp"], example: "udp://10.0.0.5:514")
        }
        var settings = SyslogSettings(host: to?.peer.host ?? "")
        if let format = mapping.take("format", { reader.word($0, SyslogSettings.Format.self) }) {
            settings.format = format
        }
        if let facility = mapping.take("facility", { self.facility($0, reader) }) { settings.facility = facility }
        if let severities = mapping.take("severities", { reader.word($0, SyslogSettings.SeverityMapping.self) }) {
            settings.severities = severities
        }
        if let hostname = mapping.take("hostname", { reader.word($0, SyslogSettings.Hostname.self) }) {
            settings.hostname = hostname
        }
        settings.text = mapping.take("text") { template($0, reader, names) }
        let framing = mapping.entry("framing")
        let tls = mapping.entry("tls")
        mapping.finish()

        let chosenFraming = framing.flatMap { reader.word($0.value, SyslogFraming.self) }
        let chosenTLS = tls.flatMap { self.tls($0.value, reader) }
        guard let to else { return nil }
        switch to.scheme {
        case "tls":
            settings.transport = .tls(chosenTLS ?? SyslogTLS())
            // RFC 5425 §4.1.
            settings.port = 6514
        case "tcp":
            // RFC 6587 §3.4.1: the only framing that any text survives.
            settings.transport = .tcp(chosenFraming ?? .octetCounting)
        case "relp":
            settings.transport = .relp
            // No port is registered for RELP; this one is rsyslog's, in the examples of its omrelp.
            settings.port = 2514
        default:
            settings.transport = .udp
        }
        if let port = to.peer.port { settings.port = port }
        if let framing, to.scheme != "tcp" {
            reader.error(
                "framing: is for tcp:// only; tls:// and relp:// always count octets, udp:// needs none",
                at: framing.mark)
        }
        if let tls, to.scheme != "tls" { reader.error("tls: is for tls:// only", at: tls.mark) }
        return settings
    }

    private static func facility(_ node: YAMLNode, _ reader: DocumentReader) -> UInt8? {
        guard let text = reader.text(node, "a facility") else { return nil }
        if let index = facilities.firstIndex(of: text) ?? Int(text), facilities.indices.contains(index) {
            return UInt8(index)
        }
        reader.error(
            "expected a facility, 0 to 23 or a name such as local0, found \(quoted(text))"
                + Suggestion.hint(for: text, in: facilities), at: node.mark)
        return nil
    }

    private static func template(_ node: YAMLNode, _ reader: DocumentReader, _ names: ObjectNames) -> String? {
        guard let text = reader.text(node, "a text with {placeholders}") else { return nil }
        for name in EventTemplate.unknownPlaceholders(in: text) {
            let hint = Suggestion.hint(for: name, in: EventTemplate.placeholders)
            reader.error(
                "unknown placeholder {\(name)}\(hint.isEmpty ? "; a variable stands as {MODULE::name}" : hint)",
                at: node.mark)
        }
        for name in TextTemplate.placeholders(in: text)
        where name.contains("::") && !name.contains("{") && names.catalog.oid(named: name) == nil {
            reader.error("in the placeholder {\(name)}: \(names.whyUnknown(name))", at: node.mark)
        }
        return text
    }

    private static func tls(_ node: YAMLNode, _ reader: DocumentReader) -> SyslogTLS? {
        guard let mapping = MappingReader(node, reader, of: "settings") else { return nil }
        var tls = SyslogTLS()
        tls.authority = mapping.take("ca", reader.readableFile)
        tls.certificate = mapping.take("certificate", reader.readableFile)
        let key = mapping.take("key")
        tls.key = key.flatMap(reader.readableFile)
        tls.serverName = mapping.take("server-name") { reader.text($0, "the name in the peer's certificate") }
        let isHalf = (mapping.take("certificate") == nil) != (key == nil)
        mapping.finish()
        if isHalf { reader.error("certificate and key go together: both or neither", at: mapping.mark) }
        if let key, let path = tls.key { reader.warnIfWorldReadable(path, at: key.mark) }
        return tls
    }
}

extension DocumentReader {
    /// A path to a file that is there and can be read now.
    func readableFile(_ node: YAMLNode) -> String? {
        guard let path = path(node) else { return nil }
        guard FileManager.default.isReadableFile(atPath: path) else {
            let exists = FileManager.default.fileExists(atPath: path)
            error("\(path): \(exists ? "cannot be read" : "no such file")", at: node.mark)
            return nil
        }
        return path
    }
}
