/// An address and a UDP or TCP port: `192.0.2.1:162`, `[2001:db8::1]:162`.
public struct Endpoint: Sendable, Hashable {
    public var address: IPAddress
    public var port: UInt16

    public init(_ address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// From `192.0.2.1:162` or `[2001:db8::1]:162`; where `defaultPort` is given, the port may be left out, and then
    /// an IPv6 address may stand without brackets. `nil` for anything else; names are not looked up.
    public init?(_ text: some StringProtocol, defaultPort: UInt16? = nil) {
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]"),
                let address = IPAddress(text[text.index(after: text.startIndex)..<end])
            else { return nil }
            let rest = text[text.index(after: end)...]
            if rest.isEmpty, let defaultPort {
                self.init(address, port: defaultPort)
            } else if rest.first == ":", let port = Self.port(rest.dropFirst()) {
                self.init(address, port: port)
            } else {
                return nil
            }
        } else if let defaultPort, let address = IPAddress(text) {
            self.init(address, port: defaultPort)
        } else if let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]),
            let address = IPAddress(text[..<colon]), address.family == .v4
        {
            self.init(address, port: port)
        } else {
            return nil
        }
    }

    /// Digits alone: Swift's own reading takes `+162` too.
    private static func port(_ text: some StringProtocol) -> UInt16? {
        text.utf8.allSatisfy { (48...57).contains($0) } ? UInt16(text) : nil
    }
}

extension Endpoint: CustomStringConvertible {
    public var description: String {
        var text = OctetWriter(capacity: 64)
        append(to: &text)
        return text.text()
    }

    /// The same as octets.
    public func append(to text: inout OctetWriter) {
        if address.family == .v6 { text.append(UInt8(ascii: "[")) }
        address.append(to: &text)
        if address.family == .v6 { text.append(UInt8(ascii: "]")) }
        text.append(UInt8(ascii: ":"))
        text.append(decimal: UInt32(port))
    }
}
