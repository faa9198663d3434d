import Alarms
import Basics
import MIBCatalog
import SNMPWire

/// A variable's value against an operand, the operand read once as everything that it can stand for.
///
/// It holds if any instance of the object compares so; an absent variable compares to nothing, not even by `!=`.
struct CompiledComparison: Sendable {
    private typealias Comparison = RouteConditions.Comparison

    private let objects: [OID]
    private let comparison: RouteConditions.Comparison
    private let operand: String
    /// The operand as a number, or the number of the enumeration label that it is.
    private let number: Number?
    private let oid: OID?
    private let address: IPAddress?
    private let glob: Glob
    /// Whether people read the octets otherwise than as they are: MAC addresses, dates.
    private let isRendered: Bool

    init(_ condition: RouteConditions.VariableComparison, catalog: Catalog, vendor: VendorProfile) {
        let node = catalog.node(for: condition.variable)
        objects = vendor.spellings(of: condition.variable)
        comparison = condition.comparison
        operand =
            node?.displayHint == "1x:" ? CompiledComparison.withoutLeadingZeros(condition.operand) : condition.operand
        number = Number(condition.operand) ?? node.flatMap { Number(label: condition.operand, of: $0) }
        oid = catalog.oid(named: condition.operand)
        address = IPAddress(condition.operand)
        glob = Glob(operand)
        isRendered = node?.displayHint != nil
    }

    /// `00:90:8F:*` as `0:90:8f:*`: people write the octets of a MAC address with two digits, the hint `1x:` with as few
    /// as each needs (RFC 2579 §3.1).
    private static func withoutLeadingZeros(_ address: String) -> String {
        address.lowercased().split(separator: ":", omittingEmptySubsequences: false)
            .map { $0.utf8.count == 2 && $0.first == "0" ? $0.dropFirst() : $0 }
            .joined(separator: ":")
    }

    func holds(in variables: VariableBindings, catalog: Catalog) -> Bool {
        variables.contains { binding in
            objects.contains { binding.name.hasPrefix($0) } && holds(for: binding, catalog: catalog)
        }
    }

    private func holds(for binding: VariableBinding, catalog: Catalog) -> Bool {
        if comparison == .like { return isLike(binding, catalog: catalog) }
        switch binding.value {
        case .integer(let value): return holds(Number(value))
        case .counter32(let value), .gauge32(let value), .timeTicks(let value): return holds(Number(value))
        case .counter64(let value): return holds(Number(value))
        case .float(let value): return holds(.real(Double(value)))
        case .double(let value): return holds(.real(value))
        case .octetString(let octets), .opaque(let octets):
            return holds(octets, of: binding, catalog: catalog)
        case .objectIdentifier(let value):
            guard let oid else { return comparison == .notEqual }
            return holds(order(value, oid))
        case .ipAddress(let value):
            guard let address else { return comparison == .notEqual }
            return holds(order(IPAddress(v4: value), address))
        case .null, .noSuchObject, .noSuchInstance, .endOfMibView: return false
        }
    }

    private func holds(_ value: Number) -> Bool {
        guard let number else { return comparison == .notEqual }
        return value.order(to: number).map(holds) ?? (comparison == .notEqual)
    }

    /// Octets are compared as the number that they spell where both sides are one, else as text.
    private func holds(_ octets: ArraySlice<UInt8>, of binding: VariableBinding, catalog: Catalog) -> Bool {
        if isRendered {
            return holds(order(catalog.text(of: binding.value, for: binding.name), operand))
        }
        // Devices send fixed buffers: what follows the text is NULs.
        let text = octets[..<(octets.lastIndex { $0 != 0 }.map { $0 + 1 } ?? octets.startIndex)]
        if let number, let value = Number(digits: text) { return value.order(to: number).map(holds) ?? false }
        if text.elementsEqual(operand.utf8) { return holds(.same) }
        return holds(text.lexicographicallyPrecedes(operand.utf8) ? .before : .after)
    }

    private func isLike(_ binding: VariableBinding, catalog: Catalog) -> Bool {
        if case .octetString(let octets) = binding.value, !isRendered {
            return glob.matches(octets[..<(octets.lastIndex { $0 != 0 }.map { $0 + 1 } ?? octets.startIndex)])
        }
        return glob.matches(catalog.text(of: binding.value, for: binding.name))
    }

    private func holds(_ order: Order) -> Bool {
        switch comparison {
        case .equal: order == .same
        case .notEqual: order != .same
        case .less: order == .before
        case .lessOrEqual: order != .after
        case .greater: order == .after
        case .greaterOrEqual: order != .before
        case .like: false
        }
    }

    private func order<Item: Comparable>(_ left: Item, _ right: Item) -> Order {
        left == right ? .same : left < right ? .before : .after
    }
}

private enum Order { case before, same, after }

/// A number that keeps Counter64 exact.
private enum Number: Sendable {
    case whole(Int128)
    case real(Double)

    init(_ value: some BinaryInteger) {
        self = .whole(Int128(value))
    }

    init?(_ text: String) {
        if let whole = Int128(text) {
            self = .whole(whole)
        } else if let real = Double(text), real.isFinite {
            self = .real(real)
        } else {
            return nil
        }
    }

    /// `down`, or `down(2)` as it is printed.
    init?(label: String, of node: MIBNode) {
        guard
            let match = node.enumeration.first(where: { number, name in
                name == label || "\(name)(\(number))" == label
            })
        else { return nil }
        self = .whole(Int128(match.key))
    }

    /// Octets that spell a whole number in decimal; without a string being made of them.
    init?(digits: ArraySlice<UInt8>) {
        let isNegative = digits.first == UInt8(ascii: "-")
        let digits = isNegative ? digits.dropFirst() : digits
        // 38 digits are all that fit into 128 bits for sure.
        guard 1...38 ~= digits.count else { return nil }
        var value: Int128 = 0
        for digit in digits {
            guard 0x30...0x39 ~= digit else { return nil }
            value = value * 10 + Int128(digit - 0x30)
        }
        self = .whole(isNegative ? -value : value)
    }

    /// `nil` where one side is not a number.
    func order(to other: Number) -> Order? {
        if case .whole(let left) = self, case .whole(let right) = other {
            return left == right ? .same : left < right ? .before : .after
        }
        let (left, right) = (self.real, other.real)
        if left.isNaN || right.isNaN { return nil }
        return left == right ? .same : left < right ? .before : .after
    }

    private var real: Double {
        switch self {
        case .whole(let value): Double(value)
        case .real(let value): value
        }
    }
}
