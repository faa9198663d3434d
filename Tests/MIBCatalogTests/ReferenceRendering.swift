import Foundation
import SNMPWire

@testable import MIBCatalog

/// Names and values made the slow and plain way, out of what the catalog's nodes say of themselves: arrays of arcs,
/// strings, searches from one end to the other. The catalog's own writers must give the same octets.
struct ReferenceRendering {
    private let nodes: [OID: MIBNode]
    private let objects: [String: MIBNode]

    init(_ catalog: Catalog) {
        // Of two at one OID the later one is the one that is found.
        nodes = Dictionary(catalog.nodes.map { ($0.oid, $0) }) { _, later in later }
        objects = Dictionary(catalog.nodes.map { ($0.name, $0) }) { first, _ in first }
    }

    // MARK: - Names

    func name(of oid: OID) -> String {
        guard let node = node(for: oid) else {
            let root = ["ccitt", "iso", "joint-iso-ccitt"][Int(oid.arcs[0])]
            return ([root] + oid.arcs.dropFirst().map(String.init)).joined(separator: ".")
        }
        let below = Array(oid.arcs.dropFirst(node.oid.arcCount))
        return ([node.qualifiedName] + instance(below, of: node)).joined(separator: ".")
    }

    private func node(for oid: OID) -> MIBNode? {
        var arcs = oid.arcs
        while arcs.count >= 2 {
            if let prefix = OID(arcs: arcs), let node = nodes[prefix] { return node }
            arcs.removeLast()
        }
        return nil
    }

    private func instance(_ arcs: [UInt32], of node: MIBNode) -> [String] {
        var parts: [String] = []
        var rest = arcs[...]
        if node.kind == .row, let column = rest.popFirst() { parts.append(String(column)) }
        var conventionBefore: String?
        for index in node.indexes {
            guard !rest.isEmpty, let object = objects[index.name] else { break }
            let isAddress = object.textualConvention == "InetAddress" && conventionBefore == "InetAddressType"
            conventionBefore = object.textualConvention
            let before = rest.startIndex > 0 ? arcs[rest.startIndex - 1] : nil
            guard
                let (text, count) = component(
                    Array(rest), object, isImplied: index.isImplied, addressType: isAddress ? before : nil)
            else { break }
            parts.append(text)
            rest = rest.dropFirst(count)
        }
        return parts + rest.map(String.init)
    }

    /// The component's text, and how many arcs it takes.
    private func component(
        _ arcs: [UInt32], _ object: MIBNode, isImplied: Bool, addressType: UInt32?
    ) -> (String, Int)? {
        func quoted(_ arcs: some Sequence<UInt32>, _ quote: String) -> String {
            quote + String(arcs.map { $0 >= 32 && $0 < 127 ? Character(Unicode.Scalar(UInt8($0))) : "." }) + quote
        }
        let dotted = { (arcs: ArraySlice<UInt32>) in arcs.map(String.init).joined(separator: ".") }
        switch object.syntax {
        case "INTEGER", "Integer32", "Gauge32", "Unsigned32", "UInteger32", "TimeTicks":
            return (object.enumeration[Int32(bitPattern: arcs[0])] ?? String(arcs[0]), 1)
        case "OCTET STRING":
            if isImplied { return (quoted(arcs, "'"), arcs.count) }
            if object.ranges.count == 1, object.ranges[0].count == 1 {
                let length = Int(object.ranges[0].lowerBound)
                return length > 0 && arcs.count >= length ? (quoted(arcs.prefix(length), "'"), length) : nil
            }
            let length = Int(arcs[0])
            guard arcs.count > length else { return nil }
            let octets = arcs[1..<1 + length]
            if let addressType, octets.allSatisfy({ $0 < 256 }) {
                let zone = "%" + String(octets.suffix(4).reduce(0) { $0 * 256 + $1 })
                let v6 = octets.prefix(16).map { String(format: "%02x", $0) }.joined(separator: ":")
                switch (addressType, length) {
                case (1, 4): return ("\"" + dotted(octets) + "\"", 5)
                case (2, 16): return ("\"" + v6 + "\"", 17)
                case (3, 8): return ("\"" + dotted(octets.prefix(4)) + zone + "\"", 9)
                case (4, 20): return ("\"" + v6 + zone + "\"", 21)
                default: break
                }
            }
            return (quoted(octets, "\""), length + 1)
        case "OBJECT IDENTIFIER":
            let count = isImplied ? arcs.count : Int(arcs[0]) + 1
            return arcs.count >= count ? (dotted(arcs.prefix(count)), count) : nil
        case "IpAddress": return arcs.count >= 4 ? (dotted(arcs.prefix(4)), 4) : nil
        default: return nil
        }
    }

    // MARK: - Values

    func text(of value: Value, for oid: OID) -> String {
        guard let node = node(for: oid), Self.types[node.syntax]?.contains(value.typeName) ?? false else {
            return bareText(of: value, nil)
        }
        return bareText(of: value, node) + (node.units.map { " " + $0 } ?? "")
    }

    /// The types of values that a syntax takes.
    private static let types: [String: Set<String>] = [
        "INTEGER": ["INTEGER"], "Integer32": ["INTEGER"], "Gauge32": ["Gauge32"], "Unsigned32": ["Gauge32"],
        "UInteger32": ["Gauge32"], "Counter32": ["Counter32"], "Counter64": ["Counter64"],
        "OCTET STRING": ["OCTET STRING"], "NsapAddress": ["OCTET STRING"], "BITS": ["OCTET STRING"],
        "OBJECT IDENTIFIER": ["OBJECT IDENTIFIER"], "IpAddress": ["IpAddress"], "NetworkAddress": ["IpAddress"],
        "TimeTicks": ["TimeTicks"], "Opaque": ["Opaque", "Float", "Double"],
    ]

    private func bareText(of value: Value, _ node: MIBNode?) -> String {
        let hint = node?.displayHint
        switch value {
        case .integer(let number):
            if let label = node?.enumeration[number] { return "\(label)(\(number))" }
            return self.number(Int64(number), hint)
        case .gauge32(let number): return self.number(Int64(number), hint)
        case .counter32(let number): return "\(number)"
        case .counter64(let number): return "\(number)"
        case .octetString(let octets):
            if node?.syntax == "BITS" { return bits(Array(octets), node?.enumeration ?? [:]) }
            return text(Array(octets), hint)
        case .objectIdentifier(let oid): return name(of: oid)
        case .ipAddress(let address): return (0..<4).map { "\(address >> (24 - 8 * $0) & 255)" }.joined(separator: ".")
        case .timeTicks(let ticks):
            let days = ticks / 8_640_000
            let text = String(
                format: "%u:%02u:%02u.%02u", ticks / 360_000 % 24, ticks / 6_000 % 60, ticks / 100 % 60, ticks % 100)
            return "(\(ticks)) " + (days == 0 ? "" : days == 1 ? "1 day, " : "\(days) days, ") + text
        case .opaque(let octets): return hexadecimal(Array(octets))
        case .float(let number): return String(format: "%f", Double(number))
        case .double(let number): return String(format: "%f", number)
        case .null: return "NULL"
        case .noSuchObject: return "no such object"
        case .noSuchInstance: return "no such instance"
        case .endOfMibView: return "end of the MIB view"
        }
    }

    private func number(_ number: Int64, _ hint: String?) -> String {
        let bits = UInt32(truncatingIfNeeded: number)
        switch hint {
        case "x": return String(bits, radix: 16)
        case "o": return String(bits, radix: 8)
        case "b": return (0..<32).map { bits >> (31 - $0) & 1 == 1 ? "1" : "0" }.joined()
        case let hint? where hint.hasPrefix("d-"):
            guard let fraction = Int(hint.dropFirst(2)), fraction > 0 else { return "\(number)" }
            var digits = "\(number.magnitude)"
            while digits.count <= fraction { digits = "0" + digits }
            let point = digits.index(digits.endIndex, offsetBy: -fraction)
            return (number < 0 ? "-" : "") + digits[..<point] + "." + digits[point...]
        default: return "\(number)"
        }
    }

    private func hexadecimal(_ octets: [UInt8]) -> String {
        octets.map { String(format: "%02X", $0) }.joined(separator: " ")
    }

    private func bits(_ octets: [UInt8], _ names: [Int32: String]) -> String {
        let set = (0..<octets.count * 8).filter { octets[$0 / 8] & (128 >> UInt8($0 % 8)) != 0 }
        let words = set.map { bit in names[Int32(bit)].map { "\($0)(\(bit))" } ?? "\(bit)" }
        return ((octets.isEmpty ? [] : [hexadecimal(octets)]) + words).joined(separator: " ")
    }

    func text(_ octets: [UInt8], _ hint: String?) -> String {
        var trimmed = octets
        while trimmed.last == 0 { trimmed.removeLast() }
        if let hint, let formats = formats(hint) { return text(octets, trimmed, formats) }
        if trimmed.isEmpty { return octets.count > 1 ? hexadecimal(octets) : "" }
        guard let text = String(bytes: trimmed, encoding: .utf8) else { return hexadecimal(octets) }
        let isText = text.unicodeScalars.allSatisfy { scalar in
            if (9...13).contains(scalar.value) { return true }
            let category = scalar.properties.generalCategory
            return category != .control && category != .unassigned
        }
        return isText ? text : hexadecimal(octets)
    }

    private typealias Format = (isRepeated: Bool, width: Int, letter: Character, ends: [Character])

    /// A hint taken apart by a regular expression; `nil` where it is none.
    private func formats(_ hint: String) -> [Format]? {
        guard hint.wholeMatch(of: /(\*?\d*[xdoat]([^\d*][^\d*]?)?)+/) != nil else { return nil }
        let formats = hint.matches(of: /(\*?)(\d*)([xdoat])([^\d*]?)([^\d*]?)/).map { match -> Format in
            let (_, star, width, letter, separator, terminator) = match.output
            return (!star.isEmpty, Int(width) ?? 1, Character(String(letter)), Array(separator + terminator))
        }
        return formats.last.map { $0.width > 0 } ?? false ? formats : nil
    }

    private func text(_ octets: [UInt8], _ trimmed: [UInt8], _ formats: [Format]) -> String {
        guard let last = formats.last else { return "" }
        var rest = (last.letter == "a" || last.letter == "t" ? trimmed : octets)[...]
        var shown: [UInt8] = []
        var queue = formats[...]
        while !rest.isEmpty {
            let isLast = queue.count <= 1
            let format = queue.count > 1 ? queue.removeFirst() : last
            var times = format.isRepeated ? Int(rest.removeFirst()) : 1
            while times > 0, !rest.isEmpty {
                times -= 1
                let part = rest.prefix(format.width)
                rest = rest.dropFirst(format.width)
                if format.letter == "a" || format.letter == "t" {
                    shown += part.map { $0 == 0 ? 46 : $0 }
                } else {
                    let number = part.suffix(8).reduce(0 as UInt64) { $0 << 8 + UInt64($1) }
                    let radix = format.letter == "x" ? 16 : format.letter == "o" ? 8 : 10
                    var digits = String(number, radix: radix)
                    let isAlone = isLast && format.ends.isEmpty
                    if radix == 16, format.width == 1, isAlone, digits.count == 1 { digits = "0" + digits }
                    shown += digits.utf8
                }
                if !format.ends.isEmpty, !rest.isEmpty { shown += String(format.ends[0]).utf8 }
            }
            if format.ends.count == 2, !rest.isEmpty { shown += String(format.ends[1]).utf8 }
        }
        return String(decoding: shown, as: UTF8.self)
    }
}
