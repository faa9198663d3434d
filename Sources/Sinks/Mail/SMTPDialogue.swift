/// What was said between us and a mail server (RFC 5321 §4.2): each command with the server's last word on it.
struct SMTPDialogue {
    struct Reply: Sendable, Hashable {
        var code: Int
        var text: String

        /// RFC 5321 §4.2.1: 4yz is for now, 5yz for good. Not so 530, which asks us to authenticate (RFC 4954 §6) or to
        /// encrypt (RFC 3207 §4) first: it is about our settings, and no mail may be given up for it.
        var isTransient: Bool { code / 100 == 4 || code == Self.authenticationRequired }
        var isPermanent: Bool { code / 100 == 5 && code != Self.authenticationRequired }

        private static let authenticationRequired = 530

        var description: String { text.isEmpty ? String(code) : "\(code) \(text)" }
    }

    struct Exchange: Hashable {
        /// Empty for the server's greeting.
        var command: String
        /// `nil` where the connection ended first.
        var reply: Reply?

        /// `EHLO`, `RCPT`, …
        var verb: String { String(command.prefix { $0 != " " }).uppercased() }
    }

    private(set) var exchanges: [Exchange] = [Exchange(command: "")]

    /// From lines that begin with `> ` and `< `; anything else is passed over.
    init(_ transcript: String) {
        var text = ""
        for line in transcript.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("> ") {
                exchanges.append(Exchange(command: String(line.dropFirst(2))))
                text = ""
            } else if line.hasPrefix("< ") {
                let reply = line.dropFirst(2)
                guard let code = Int(reply.prefix(3)) else { continue }
                let words = PlainText.oneLine(String(reply.dropFirst(4)))
                text += text.isEmpty || words.isEmpty ? words : " " + words
                // A hyphen says that more lines follow.
                if reply.dropFirst(3).first == "-" { continue }
                exchanges[exchanges.count - 1].reply = Reply(code: code, text: PlainText.shortened(text, octets: 300))
                text = ""
            }
        }
    }

    /// The recipients that the server did not take, and what it said.
    var refusedRecipients: [(address: String, reply: Reply)] {
        exchanges.compactMap { exchange in
            guard exchange.verb == "RCPT", let reply = exchange.reply, reply.isTransient || reply.isPermanent else {
                return nil
            }
            let path = exchange.command.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" }
            return (String(path), reply)
        }
    }

    /// The last command, QUIT aside, if it was answered with an error. An error before it was none to the server: one
    /// recipient that it does not take, and then a connection that breaks in the mail's text, say nothing of the mail.
    var failure: Exchange? {
        guard let last = exchanges.last(where: { $0.verb != "QUIT" }), let reply = last.reply,
            reply.isTransient || reply.isPermanent
        else { return nil }
        return last
    }
}
