internal import Basics
public import SNMPWire

/// The names of the tree of object identifiers, as the loaded MIB modules define them: an immutable value that any
/// number of threads may ask.
///
/// Nothing is ever without a name: what no module knows keeps its longest known prefix, and goes on in numbers.
public final class Catalog: Sendable {
    /// Every named point, in the order of OIDs.
    public let nodes: [MIBNode]
    /// The names of the modules that were loaded, in alphabetical order.
    public let modules: [String]

    /// Per node, what naming and showing need, worked out once.
    let tables: CatalogTables
    let tree: OIDTree
    /// By name and by `MODULE::name`; of several that share a name, the first module in the order of loading.
    private let numbers: [String: Int]

    /// Knows nothing: every OID stays a number.
    public static let empty = Catalog(nodes: [], tables: CatalogTables(), numbers: [:], modules: [])

    /// - Parameter nodes: in the order of OIDs; of two at one OID, the later one is the one that is found by OID.
    init(nodes: [MIBNode], tables: CatalogTables, numbers: [String: Int], modules: [String]) {
        self.nodes = nodes
        self.tables = tables
        self.numbers = numbers
        self.modules = modules
        self.tree = OIDTree(nodes.map(\.oid.encoded))
    }

    public var nodeCount: Int { nodes.count }

    // MARK: - By OID

    /// The node with the longest prefix of the OID: the object of an instance, the node itself for its own OID.
    public func node(for oid: OID) -> MIBNode? {
        tree.longestPrefix(of: oid.octets).map { nodes[$0.entry] }
    }

    /// `IF-MIB::ifOperStatus.7`; for an unknown OID its longest known prefix and numbers, as
    /// `SNMPv2-SMI::enterprises.99999.1`.
    public func name(of oid: OID) -> String {
        var text = OctetWriter()
        appendName(of: oid.octets, to: &text)
        return text.text()
    }

    /// `ifOperStatus.7`: the name without its module.
    public func shortName(of oid: OID) -> String {
        var text = OctetWriter()
        appendName(of: oid.octets, isQualified: false, to: &text)
        return text.text()
    }

    /// The value as a person reads it; `ValueFormat` tells the forms.
    public func text(of value: Value, for oid: OID) -> String {
        var text = OctetWriter()
        value.withView { appendText(of: $0, at: place(of: oid.octets), to: &text) }
        return text.text()
    }

    // MARK: - By name

    /// From `linkDown` or `IF-MIB::linkDown`.
    public func node(named name: String) -> MIBNode? {
        numbers[name].map { nodes[$0] }
    }

    /// From a name with or without its module, with or without an instance behind it (`ifIndex.7`,
    /// `SNMP-TARGET-MIB::snmpTargetAddrTDomain.'nms'`), or from numbers (`1.3.6.1`, `.1.3.6.1`).
    ///
    /// A text in double quotes stands for its length and octets, in single quotes for its octets alone.
    public func oid(named name: String) -> OID? {
        if let oid = OID(name) { return oid }
        let moduleEnd = name.firstRange(of: "::")?.upperBound ?? name.startIndex
        let end = name[moduleEnd...].firstIndex(of: ".") ?? name.endIndex
        guard let node = node(named: String(name[..<end])) else { return nil }
        guard end < name.endIndex else { return node.oid }
        guard let arcs = Catalog.arcs(ofInstance: name[end...]) else { return nil }
        let oid = node.oid.appending(arcs: arcs)
        return oid.arcCount == node.oid.arcCount + arcs.count ? oid : nil
    }

    /// The nodes whose name holds the text, whatever its case, then those whose description does; for an OID in
    /// numbers, what lies under it.
    public func find(_ text: String) -> [MIBNode] {
        if let oid = OID(text) { return nodes.filter { $0.oid.hasPrefix(oid) } }
        let wanted = text.lowercased()
        guard !wanted.isEmpty else { return nodes }
        let byName = nodes.filter { $0.qualifiedName.lowercased().contains(wanted) }
        let byDescription = nodes.filter {
            !$0.qualifiedName.lowercased().contains(wanted)
                && $0.description?.lowercased().contains(wanted) ?? false
        }
        return byName + byDescription
    }

    /// `.7."eth0".'x'` as arcs; `nil` where it is not such a series.
    private static func arcs(ofInstance text: Substring) -> [UInt32]? {
        var rest = text
        var arcs: [UInt32] = []
        while let point = rest.popFirst() {
            guard point == ".", let first = rest.first else { return nil }
            if first == "\"" || first == "'" {
                rest.removeFirst()
                guard let end = rest.firstIndex(of: first) else { return nil }
                let octets = rest[..<end].utf8.map(UInt32.init)
                arcs += first == "\"" ? [UInt32(octets.count)] + octets : octets
                rest = rest[rest.index(after: end)...]
            } else {
                let digits = rest.prefix { $0 != "." }
                guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let arc = UInt32(digits) else {
                    return nil
                }
                arcs.append(arc)
                rest = rest.dropFirst(digits.count)
            }
        }
        return arcs
    }
}
