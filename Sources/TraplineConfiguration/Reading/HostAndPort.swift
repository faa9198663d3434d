import Basics

/// A peer as operators write it: `10.0.0.5:514`, `[2001:db8::5]:514`, `logs.example.net`, with a scheme before it where
/// the transport is chosen by one.
struct HostAndPort: Hashable {
    /// RFC 1035 §2.3.4.
    static let maximumHostLength = 253

    /// A name or an address, without brackets.
    var host: String
    /// `nil` where none was given.
    var port: UInt16?

    /// `nil` if the text is no host with an optional port. An IPv6 address needs its brackets: `2001:db8::5:514` is a
    /// valid address of its own.
    init?(_ text: some StringProtocol) {
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]"),
                let address = IPAddress(text[text.index(after: text.startIndex)..<end]), address.family == .v6
            else { return nil }
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else { return nil }
            self.init(host: address.description, port: rest.isEmpty ? nil : rest.dropFirst())
        } else {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2, HostAndPort.isHost(parts[0]) else { return nil }
            self.init(host: String(parts[0]), port: parts.count == 2 ? parts[1] : nil)
        }
    }

    private init?(host: String, port: (some StringProtocol)?) {
        self.host = host
        self.port = nil
        guard let port else { return }
        guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port), number > 0 else {
            return nil
        }
        self.port = number
    }

    /// An IPv4 address, or labels of letters, digits, hyphens and underscores (RFC 1123 §2.1, and what is found in the
    /// field). Four numbers that are no address are a slip, not a name.
    private static func isHost(_ text: some StringProtocol) -> Bool {
        if IPAddress(text) != nil { return true }
        guard !text.isEmpty, text.utf8.count <= maximumHostLength else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let isNumeric = labels.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        return !isNumeric
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
            }
    }
}

/// `SCHEME://HOST[:PORT]` and nothing more.
struct PeerURL: Hashable {
    var scheme: String
    var peer: HostAndPort

    init?(_ text: String) {
        guard let separator = text.firstRange(of: "://") else { return nil }
        var rest = text[separator.upperBound...]
        if rest.last == "/" { rest = rest.dropLast() }
        guard let peer = HostAndPort(rest) else { return nil }
        self.scheme = text[..<separator.lowerBound].lowercased()
        self.peer = peer
    }
}

extension DocumentReader {
    /// A URL of one of `schemes`.
    func peerURL(_ node: YAMLNode, schemes: [String], example: String) -> PeerURL? {
        guard let text = text(node, "a URL such as \(example)") else { return nil }
        guard !text.contains("@") else {
            // What stands before the @ is a password, so that nothing of the text is shown.
            error("a URL with a user or password in it; credentials have keys of their own", at: node.mark)
            return nil
        }
        guard let url = PeerURL(text) else {
            error("expected a URL such as \(example), found \(quoted(text))", at: node.mark)
            return nil
        }
        guard schemes.contains(url.scheme) else {
            let hint = Suggestion.hint(for: url.scheme, in: schemes)
            error(
                "expected \(alternatives(schemes.map { $0 + "://" })), found \(quoted(url.scheme + "://"))\(hint)",
                at: node.mark)
            return nil
        }
        return url
    }

    func hostAndPort(_ node: YAMLNode, example: String) -> HostAndPort? {
        guard let text = text(node, "HOST:PORT such as \(example)") else { return nil }
        guard let peer = HostAndPort(text) else {
            error("expected HOST:PORT such as \(example), found \(quoted(text))", at: node.mark)
            return nil
        }
        return peer
    }

    /// A local address to listen on; names are not looked up.
    /// The same where the port may not be left out.
    func endpoint(_ node: YAMLNode, examplePort: UInt16) -> Endpoint? {
        guard let endpoint = endpoint(node, defaultPort: examplePort) else { return nil }
        // An address alone reads the same with any port.
        if case .text(let text, _) = node.content, let other = Endpoint(text, defaultPort: examplePort ^ 1),
            other != endpoint
        {
            error(
                "expected ADDRESS:PORT, found the address \(quoted(text)) alone; did you mean \(quoted("\(endpoint)"))?",
                at: node.mark)
            return nil
        }
        return endpoint
    }

    func endpoint(_ node: YAMLNode, defaultPort: UInt16) -> Endpoint? {
        let example = "\"0.0.0.0:\(defaultPort)\" or \"[::]:\(defaultPort)\""
        guard let text = text(node, "ADDRESS:PORT such as \(example)") else { return nil }
        // Without brackets, `::1:162` is an address and no port; whoever writes it means another.
        let isBareV6 = text.first != "[" && text.filter { $0 == ":" }.count > 1
        guard !isBareV6, let endpoint = Endpoint(text, defaultPort: defaultPort) else {
            error("expected ADDRESS:PORT such as \(example), found \(quoted(text))", at: node.mark)
            return nil
        }
        return endpoint
    }

    func network(_ node: YAMLNode) -> Network? {
        guard let text = text(node, "a network such as 10.0.0.0/8") else { return nil }
        if let network = Network(text) { return network }
        if let corrected = DocumentReader.masked(text) {
            error("\(quoted(text)) has bits set past its prefix; did you mean \(corrected)?", at: node.mark)
        } else {
            error("expected a network such as 10.0.0.0/8 or 2001:db8::/32, found \(quoted(text))", at: node.mark)
        }
        return nil
    }

    /// The network that an address with a prefix length lies in.
    private static func masked(_ text: String) -> Network? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), let length = Int(parts[1]),
            (0...address.family.bitWidth).contains(length)
        else { return nil }
        let hostBits = UInt128(address.family.bitWidth - length)
        let bits = hostBits == 128 ? 0 : (address.bits >> hostBits) << hostBits
        let network = address.family == .v4 ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : IPAddress(v6: bits)
        return Network("\(network)/\(length)")
    }
}
