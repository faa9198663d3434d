import Basics
import Sinks

/// `mail:` of a sink.
enum MailSection {
    /// What a digest may wait: longer than an hour is no alarm any more.
    static let window: ClosedRange<Duration> = .seconds(1)...(.seconds(3_600))
    /// RFC 5321 §4.5.3.1.8: what every server must take in one transaction.
    static let maximumRecipients = 100

    static func read(_ node: YAMLNode, _ reader: DocumentReader) -> MailSettings? {
        guard let mapping = MappingReader(node, reader, of: "settings") else { return nil }
        let server = mapping.require("server", "a URL such as smtp://10.0.0.6:25") {
            reader.peerURL($0, schemes: ["smtp", "smtps"], example: "smtp://10.0.0.6:25")
        }
        let startTLS = mapping.entry("starttls")
        let chosen = startTLS.flatMap { reader.word($0.value, MailSettings.StartTLS.self) }
        let authentication = authentication(mapping, reader)
        let authority = mapping.take("ca", reader.readableFile)
        let from = mapping.require("from", "the sender's address") { address($0, reader) }
        let to = mapping.require("to", "the recipients' addresses") { recipients($0, reader) }
        let window = mapping.take("window") { reader.duration($0, in: self.window) }
        let onReject = mapping.take("on-reject") { reader.word($0, RejectionPolicy.self) }
        mapping.finish()

        let isTLSFromTheStart = server?.scheme == "smtps"
        if let startTLS, isTLSFromTheStart {
            reader.error("starttls: is for smtp:// only; smtps:// is encrypted from the start", at: startTLS.mark)
        }
        let policy: MailSettings.StartTLS =
            isTLSFromTheStart ? .never : chosen ?? (authentication == nil ? .opportunistic : .required)
        if authentication != nil, policy != .required, !isTLSFromTheStart, let startTLS {
            reader.warning("the credentials may cross the network unencrypted", at: startTLS.mark)
        }
        guard let server, let from, let to else { return nil }
        var settings = MailSettings(
            server: "\(server.scheme)://\(server.peer)", startTLS: policy, authentication: authentication,
            authority: authority, from: from, to: to)
        if let window { settings.window = window }
        if let onReject { settings.onReject = onReject }
        return settings
    }

    /// `user` with `password` or `token`.
    private static func authentication(_ mapping: MappingReader, _ reader: DocumentReader) -> MailSettings
        .Authentication?
    {
        let user = mapping.entry("user")
        let password = mapping.entry("password")
        let token = mapping.entry("token")
        switch (user, password, token) {
        case (nil, nil, nil):
            return nil
        case (let user?, let password?, nil):
            guard let name = reader.text(user.value), let secret = reader.secret(password.value, "password") else {
                return nil
            }
            return .password(user: name, password: secret)
        case (let user?, nil, let token?):
            guard let name = reader.text(user.value), let secret = reader.secret(token.value, "token") else {
                return nil
            }
            return .token(user: name, token: secret)
        default:
            let mark = (user ?? password ?? token)?.mark ?? mapping.mark
            reader.error("user goes with password or with token", at: mark)
            return nil
        }
    }

    private static func recipients(_ node: YAMLNode, _ reader: DocumentReader) -> [String]? {
        let elements = reader.oneOrMore(node)
        guard (1...maximumRecipients).contains(elements.count) else {
            reader.error("expected 1 to \(maximumRecipients) recipients, found \(elements.count)", at: node.mark)
            return nil
        }
        let addresses = elements.compactMap { address($0, reader) }
        return addresses.count == elements.count ? addresses : nil
    }

    /// `noc@example.net` or `NOC <noc@example.net>`.
    private static func address(_ node: YAMLNode, _ reader: DocumentReader) -> String? {
        guard let text = reader.text(node, "a mail address") else { return nil }
        let isOneLine = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isOneLine, MailAddress(text) != nil else {
            reader.error("expected an address such as noc@example.net, found \(quoted(text))", at: node.mark)
            return nil
        }
        return text
    }
}

extension HostAndPort: CustomStringConvertible {
    var description: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return port.map { "\(host):\($0)" } ?? host
    }
}
