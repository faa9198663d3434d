internal import Basics
internal import SNMPWire

/// How one component of a table's index stands in the arcs of an instance (RFC 2578 §7.7), and how it is written.
///
/// The forms are those of net-snmp's tools, so that a name can be taken from one to the other: numbers as they are,
/// named numbers by name, strings whose length is written in the instance in double quotes and others in single quotes.
enum IndexRule: Sendable {
    case number(names: CatalogTables.Run)
    case fixedString(length: Int)
    case impliedString
    /// `isAddress`: an InetAddress whose InetAddressType is the component before it (RFC 4001 §4.1).
    case string(isAddress: Bool)
    case objectIdentifier(isImplied: Bool)
    case ipAddress
    /// A syntax that RFC 2578 does not allow in an index: it and all after it stay numbers.
    case unknown

    /// Takes the component off the front of the arcs and writes it; `false`, with nothing taken, where they are not as
    /// the rule wants them.
    @_lifetime(arcs: copy arcs)
    func take(from arcs: inout InstanceArcs, _ tables: CatalogTables, to text: inout OctetWriter) -> Bool {
        guard let first = arcs.first else { return false }
        switch self {
        case .number(let names):
            arcs.removeFirst()
            if let label = tables.label(of: Int32(bitPattern: first), in: names) {
                tables.append(CatalogTables.Text(start: label.text.start, count: label.nameCount), to: &text)
            } else {
                text.append(decimal: first)
            }
        case .fixedString(let length):
            guard length > 0, length <= arcs.count else { return false }
            IndexRule.appendQuoted(length, from: &arcs, UInt8(ascii: "'"), to: &text)
        case .impliedString:
            IndexRule.appendQuoted(arcs.count, from: &arcs, UInt8(ascii: "'"), to: &text)
        case .string(let isAddress):
            let length = Int(first)
            guard length < arcs.count else { return false }
            let type = arcs.previous
            arcs.removeFirst()
            if isAddress, let type, IndexRule.appendAddress(length, type: type, from: &arcs, to: &text) { return true }
            IndexRule.appendQuoted(length, from: &arcs, UInt8(ascii: "\""), to: &text)
        case .objectIdentifier(let isImplied):
            let count = isImplied ? arcs.count : Int(first) + 1
            guard count <= arcs.count else { return false }
            arcs.appendNumbers(count, to: &text)
        case .ipAddress:
            guard arcs.count >= 4 else { return false }
            arcs.appendNumbers(4, to: &text)
        case .unknown:
            return false
        }
        return true
    }

    /// Octets that do not print stand as dots, so that an instance cannot break a line.
    @_lifetime(arcs: copy arcs)
    private static func appendQuoted(
        _ count: Int, from arcs: inout InstanceArcs, _ quote: UInt8, to text: inout OctetWriter
    ) {
        text.append(quote)
        for _ in 0..<count {
            let arc = arcs.removeFirst()
            text.append((0x20...0x7e).contains(arc) ? UInt8(truncatingIfNeeded: arc) : UInt8(ascii: "."))
        }
        text.append(quote)
    }

    /// Addresses of the types ipv4(1), ipv6(2), ipv4z(3) and ipv6z(4); `false`, with nothing taken, for other types and
    /// lengths.
    @_lifetime(arcs: copy arcs)
    private static func appendAddress(
        _ count: Int, type: UInt32, from arcs: inout InstanceArcs, to text: inout OctetWriter
    ) -> Bool {
        let isV6: Bool
        switch (type, count) {
        case (1, 4), (3, 8): isV6 = false
        case (2, 16), (4, 20): isV6 = true
        default: return false
        }
        var octets = arcs
        for _ in 0..<count where octets.removeFirst() > 255 { return false }
        text.append(UInt8(ascii: "\""))
        if isV6 {
            for index in 0..<16 {
                if index > 0 { text.append(UInt8(ascii: ":")) }
                text.append(hex: UInt8(truncatingIfNeeded: arcs.removeFirst()))
            }
        } else {
            arcs.appendNumbers(4, to: &text)
        }
        if type > 2 {
            var zone: UInt32 = 0
            for _ in 0..<4 { zone = zone << 8 | arcs.removeFirst() }
            text.append(UInt8(ascii: "%"))
            text.append(decimal: zone)
        }
        text.append(UInt8(ascii: "\""))
        return true
    }
}
