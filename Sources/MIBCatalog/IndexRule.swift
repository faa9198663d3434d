internal import SNMPWire

/// How one component of a table's index stands in the arcs of an instance (RFC 2578 §7.7), and how it is written.
///
/// The forms are those of net-snmp's tools, so that a name can be taken from one to the other: numbers as they are,
/// named numbers by name, strings whose length is written in the instance in double quotes and others in single quotes.
enum IndexRule: Sendable {
    case number(names: [UInt32: String])
    case fixedString(length: Int)
    case impliedString
    /// `isAddress`: an InetAddress whose InetAddressType is the component before it (RFC 4001 §4.1).
    case string(isAddress: Bool)
    case objectIdentifier(isImplied: Bool)
    case ipAddress
    /// A syntax that RFC 2578 does not allow in an index: it and all after it stay numbers.
    case unknown

    /// Takes the component off the front of the arcs; `nil` where they are not as the rule wants them.
    func takeText(from arcs: inout ArraySlice<UInt32>, after previous: UInt32?) -> String? {
        switch self {
        case .number(let names):
            guard let arc = arcs.popFirst() else { return nil }
            return names[arc] ?? String(arc)
        case .fixedString(let length):
            guard length > 0, let part = IndexRule.take(length, from: &arcs) else { return nil }
            return IndexRule.quoted(part, "'")
        case .impliedString:
            guard let part = IndexRule.take(arcs.count, from: &arcs) else { return nil }
            return IndexRule.quoted(part, "'")
        case .string(let isAddress):
            guard let count = arcs.first, let part = IndexRule.take(Int(count) + 1, from: &arcs) else { return nil }
            let octets = part.dropFirst()
            if isAddress, let previous, let address = IndexRule.address(octets, type: previous) { return address }
            return IndexRule.quoted(octets, "\"")
        case .objectIdentifier(let isImplied):
            guard let first = arcs.first else { return nil }
            let count = isImplied ? arcs.count : Int(first) + 1
            return IndexRule.take(count, from: &arcs).map { $0.map(String.init).joined(separator: ".") }
        case .ipAddress:
            return IndexRule.take(4, from: &arcs).map { $0.map(String.init).joined(separator: ".") }
        case .unknown:
            return nil
        }
    }

    private static func take(_ count: Int, from arcs: inout ArraySlice<UInt32>) -> ArraySlice<UInt32>? {
        guard count <= arcs.count else { return nil }
        defer { arcs = arcs.dropFirst(count) }
        return arcs.prefix(count)
    }

    /// Octets that do not print stand as dots, so that an instance cannot break a line.
    private static func quoted(_ arcs: ArraySlice<UInt32>, _ quote: String) -> String {
        let octets = arcs.map { (0x20...0x7e).contains($0) ? UInt8($0) : UInt8(ascii: ".") }
        return quote + String(decoding: octets, as: UTF8.self) + quote
    }

    /// Addresses of the types ipv4(1), ipv6(2), ipv4z(3) and ipv6z(4); `nil` for other types and lengths.
    private static func address(_ arcs: ArraySlice<UInt32>, type: UInt32) -> String? {
        guard arcs.allSatisfy({ $0 <= 255 }) else { return nil }
        let text: String
        switch (type, arcs.count) {
        case (1, 4), (3, 8): text = arcs.prefix(4).map(String.init).joined(separator: ".")
        case (2, 16), (4, 20):
            text = arcs.prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
        default: return nil
        }
        let zone = type > 2 ? "%" + String(arcs.suffix(4).reduce(0) { $0 << 8 | $1 }) : ""
        return "\"\(text)\(zone)\""
    }
}
