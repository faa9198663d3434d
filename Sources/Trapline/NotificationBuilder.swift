import Basics
import Foundation
public import MIBCatalog
public import SNMPWire

/// Builds a notification from what an operator types: names, and values as text.
public struct NotificationBuilder: Sendable {
    private let catalog: Catalog

    public init(catalog: Catalog) {
        self.catalog = catalog
    }

    /// The notification called `name` (a name or an OID).
    public func notificationOID(_ name: String) throws(ServerError) -> OID {
        guard let oid = catalog.oid(named: name) else {
            throw ServerError("\(name): no such notification in the catalog; look with `trapline mibs find`")
        }
        return oid
    }

    /// A variable from `NAME=VALUE`: `ifIndex.7=7`, `ifOperStatus.7=down`, `sysName.0=edge-1`.
    ///
    /// Where the catalog knows no syntax for the name, VALUE is `TYPE:TEXT` with the type letters of net-snmp's
    /// clients: `i` INTEGER, `u` Gauge32, `c` Counter32, `C` Counter64, `t` TimeTicks, `a` IpAddress, `o` OBJECT
    /// IDENTIFIER, `s` text, `x` hex, `n` NULL.
    public func variable(_ text: String) throws(ServerError) -> VariableBinding {
        guard let equals = text.firstIndex(of: "=") else { throw ServerError("\(text): not NAME=VALUE") }
        let name = String(text[..<equals])
        let value = String(text[text.index(after: equals)...])
        guard let oid = catalog.oid(named: name) else {
            throw ServerError("\(name): no such object in the catalog; look with `trapline mibs find`")
        }
        if let node = catalog.node(for: oid), !node.syntax.isEmpty, oid.hasPrefix(node.oid) {
            let instance = node.kind == .scalar && oid == node.oid ? oid.appending(0) : oid
            return VariableBinding(name: instance, value: try self.value(value, of: node))
        }
        guard value.count >= 2, value[value.index(after: value.startIndex)] == ":", let letter = value.first else {
            throw ServerError("\(name): its syntax is not known; write TYPE:VALUE, as in \(name)=s:text")
        }
        return VariableBinding(name: oid, value: try self.value(String(value.dropFirst(2)), type: letter, of: name))
    }

    private func value(_ text: String, of node: MIBNode) throws(ServerError) -> Value {
        let types: [String: Character] = [
            "INTEGER": "i", "Integer32": "i", "OCTET STRING": "s", "OBJECT IDENTIFIER": "o", "IpAddress": "a",
            "Counter32": "c",
            "Counter": "c", "Gauge32": "u", "Gauge": "u", "Unsigned32": "u", "TimeTicks": "t",
            "Counter64": "C", "NULL": "n", "NetworkAddress": "a",
        ]
        if let number = node.enumeration.first(where: { $0.value == text })?.key {
            return .integer(number)
        }
        if !node.enumeration.isEmpty, node.syntax != "BITS", Int32(text) == nil {
            let names = node.enumeration.sorted { $0.key < $1.key }.map(\.value)
            throw ServerError("\(node.name): \(text) is none of \(names.joined(separator: ", "))")
        }
        if node.syntax == "BITS" { return try bits(text, of: node) }
        // Octets that the module does not show as text are typed as hex where they look like it: `0x0a0b`.
        if node.syntax == "OCTET STRING", text.hasPrefix("0x") {
            return try value(String(text.dropFirst(2)), type: "x", of: node.name)
        }
        guard let letter = types[node.syntax] else {
            throw ServerError("\(node.name): values of \(node.syntax) cannot be typed")
        }
        return try value(text, type: letter, of: node.name)
    }

    private func value(_ text: String, type: Character, of name: String) throws(ServerError) -> Value {
        func number<Number: FixedWidthInteger>(_: Number.Type) throws(ServerError) -> Number {
            guard let number = Number(text) else {
                throw ServerError("\(name): \(text) is not a number from \(Number.min) to \(Number.max)")
            }
            return number
        }
        switch type {
        case "i": return .integer(try number(Int32.self))
        case "u": return .gauge32(try number(UInt32.self))
        case "c": return .counter32(try number(UInt32.self))
        case "C": return .counter64(try number(UInt64.self))
        case "t": return .timeTicks(try number(UInt32.self))
        case "s": return .octetString(ArraySlice(text.utf8))
        case "n": return .null
        case "x": return .octetString(ArraySlice(try HexText.octets(text, what: name)))
        case "a":
            guard let address = IPAddress(text), address.family == .v4 else {
                throw ServerError("\(name): \(text) is not an IPv4 address")
            }
            return .ipAddress(UInt32(truncatingIfNeeded: address.bits))
        case "o":
            guard let oid = catalog.oid(named: text) else { throw ServerError("\(name): \(text) is not an OID") }
            return .objectIdentifier(oid)
        default:
            throw ServerError("\(name): no type is called \(type); see trapline send --help")
        }
    }

    /// Bit names or numbers, separated by commas; bit 0 is the first octet's highest (RFC 3417 §8).
    private func bits(_ text: String, of node: MIBNode) throws(ServerError) -> Value {
        var octets: [UInt8] = []
        for word in text.split(separator: ",") {
            let name = word.trimmingCharacters(in: .whitespaces)
            let named = node.enumeration.first { $0.value == name }?.key
            guard let bit = (named ?? Int32(name)).map(Int.init), (0..<256).contains(bit) else {
                throw ServerError("\(node.name): \(name) is none of its bits")
            }
            while octets.count <= bit / 8 { octets.append(0) }
            octets[bit / 8] |= 0x80 >> UInt8(bit % 8)
        }
        return .octetString(ArraySlice(octets))
    }
}

/// Octets from text in hex.
public enum HexText {
    /// From pairs of hex digits, with blanks or colons between them or without.
    public static func octets(_ text: String, what: String) throws(ServerError) -> [UInt8] {
        let digits = text.utf8.filter { !" :\n\t\r".utf8.contains($0) }
        guard digits.count.isMultiple(of: 2) else { throw ServerError("\(what): hex digits come in pairs") }
        var octets: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let octet = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                throw ServerError("\(what): \(String(decoding: digits[index...index + 1], as: UTF8.self)) is no hex")
            }
            octets.append(octet)
        }
        return octets
    }
}
