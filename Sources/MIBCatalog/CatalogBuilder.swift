internal import CNetSNMP
internal import SNMPWire

/// Makes the catalog out of net-snmp's tree.
struct CatalogBuilder {
    private let nodes: [ParserOutput.Node]
    private let modules: [String]
    /// By position in `nodes`; `nil` for the roots, whose one arc is no OID, and for what lies too deep for one.
    private var oids: [OID?] = []
    private var hasRowChild: [Bool]
    private var byName: [String: Int] = [:]

    /// - Parameter modules: in the order of preference for names that several have.
    init(_ nodes: [ParserOutput.Node], modules: [String]) {
        self.nodes = nodes
        self.modules = modules
        self.hasRowChild = Array(repeating: false, count: nodes.count)
        readPaths()
        for (index, node) in nodes.enumerated() where byName[node.label] == nil { byName[node.label] = index }
    }

    func catalog() -> Catalog {
        let rank = Dictionary(modules.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
        let order = indexesInOrder().filter { oids[$0] != nil && !isAnonymous(nodes[$0]) }
        var mibNodes: [MIBNode] = []
        var tables = CatalogTables()
        var numbers: [String: Int] = [:]
        for index in order {
            guard let oid = oids[index] else { continue }
            let node = mibNode(index, oid)
            let number = mibNodes.count
            mibNodes.append(node)
            tables.addEntry(
                name: node.name, module: node.module, isRow: node.kind == .row, index: indexRules(index, &tables),
                format: format(nodes[index], &tables))
            let names = [node.name] + nodes[index].modules.map { "\($0)::\(node.name)" }
            for name in names {
                let other = numbers[name].map { rank[mibNodes[$0].module] ?? .max } ?? .max
                if numbers[name] == nil || rank[node.module] ?? .max < other { numbers[name] = number }
            }
        }
        return Catalog(nodes: mibNodes, tables: tables, numbers: numbers, modules: Set(modules).sorted())
    }

    /// Points that only stand between named ones, and the `enterprise#` under which net-snmp keeps SMIv1's traps.
    private func isAnonymous(_ node: ParserOutput.Node) -> Bool {
        node.label.isEmpty || node.label.contains("#")
    }

    private mutating func readPaths() {
        var arcs: [[UInt32]] = []
        for (index, node) in nodes.enumerated() {
            // Parents stand before their children; anything else is not net-snmp's tree.
            let above = node.parent.flatMap { $0 < index ? arcs[$0] : nil } ?? []
            let own = above.count <= 128 ? above + [node.subidentifier] : above
            arcs.append(own)
            oids.append(above.count <= 127 ? OID(arcs: own) : nil)
            if let parent = node.parent, parent < index, isRow(node) { hasRowChild[parent] = true }
        }
    }

    /// The nodes in the order of OIDs; of several at one OID, net-snmp's choice last.
    private func indexesInOrder() -> [Int] {
        var children: [[Int]] = Array(repeating: [], count: nodes.count)
        var roots: [Int] = []
        for (index, node) in nodes.enumerated() {
            if let parent = node.parent, parent < index { children[parent].append(index) } else { roots.append(index) }
        }
        func sorted(_ indexes: [Int]) -> [Int] {
            indexes.sorted { (nodes[$0].subidentifier, $0) > (nodes[$1].subidentifier, $1) }
        }
        var order: [Int] = []
        // The last one in is the next one out, so that a list is put in from its end. Siblings at one point are one
        // point: their children are told together, which only needs that the points themselves come first.
        var waiting = sorted(roots)
        while let next = waiting.popLast() {
            var same = [next]
            while let other = waiting.last, isSamePoint(other, next) {
                same.append(other)
                waiting.removeLast()
            }
            order += same
            waiting += sorted(same.flatMap { children[$0] })
        }
        return order
    }

    private func isSamePoint(_ one: Int, _ other: Int) -> Bool {
        guard nodes[one].subidentifier == nodes[other].subidentifier else { return false }
        return nodes[one].parent == nodes[other].parent || (oids[one] != nil && oids[one] == oids[other])
    }

    private func mibNode(_ index: Int, _ oid: OID) -> MIBNode {
        let node = nodes[index]
        let kind = kind(index)
        let row = kind == .column ? node.parent : kind == .row ? index : nil
        return MIBNode(
            name: node.label, module: node.modules.first ?? "", oid: oid, kind: kind,
            syntax: CatalogBuilder.syntaxName(node.type), textualConvention: node.textualConvention,
            enumeration: Dictionary(node.enumeration.map { ($0.number, $0.label) }) { first, _ in first },
            ranges: CatalogBuilder.ranges(node), displayHint: node.displayHint, units: node.units,
            indexes: row.map(indexes) ?? [], objects: node.objects,
            description: node.description.map(CatalogBuilder.unindented))
    }

    // MARK: - What a node is

    private func isRow(_ node: ParserOutput.Node) -> Bool {
        !node.indexes.isEmpty || node.augmentedRow != nil
    }

    private func kind(_ index: Int) -> MIBNode.Kind {
        let node = nodes[index]
        switch UInt32(node.type) {
        case TRAPLINE_MIB_TRAP.rawValue, TRAPLINE_MIB_NOTIFICATION.rawValue: return .notification
        case TRAPLINE_MIB_OBJECT_GROUP.rawValue: return .objectGroup
        case TRAPLINE_MIB_NOTIFICATION_GROUP.rawValue: return .notificationGroup
        case TRAPLINE_MIB_MODULE_IDENTITY.rawValue: return .moduleIdentity
        case TRAPLINE_MIB_AGENT_CAPABILITIES.rawValue: return .agentCapabilities
        case TRAPLINE_MIB_MODULE_COMPLIANCE.rawValue: return .moduleCompliance
        case TRAPLINE_MIB_OBJECT_IDENTITY.rawValue: return .objectIdentity
        case TRAPLINE_MIB_OTHER.rawValue:
            // net-snmp keeps SMIv1's traps under `enterprise#`, and gives them no type.
            if let parent = node.parent, nodes[parent].label.hasSuffix("#") { return .notification }
            if isRow(node) { return .row }
            return hasRowChild[index] ? .table : .node
        default:
            return node.parent.map { isRow(nodes[$0]) } ?? false ? .column : .scalar
        }
    }

    private static func syntaxName(_ type: UInt32) -> String {
        switch type {
        case TRAPLINE_MIB_OBJECT_IDENTIFIER.rawValue: "OBJECT IDENTIFIER"
        case TRAPLINE_MIB_OCTET_STRING.rawValue: "OCTET STRING"
        case TRAPLINE_MIB_INTEGER.rawValue: "INTEGER"
        case TRAPLINE_MIB_NETWORK_ADDRESS.rawValue: "NetworkAddress"
        case TRAPLINE_MIB_IP_ADDRESS.rawValue: "IpAddress"
        case TRAPLINE_MIB_COUNTER32.rawValue: "Counter32"
        case TRAPLINE_MIB_GAUGE32.rawValue: "Gauge32"
        case TRAPLINE_MIB_TIME_TICKS.rawValue: "TimeTicks"
        case TRAPLINE_MIB_OPAQUE.rawValue: "Opaque"
        case TRAPLINE_MIB_NULL.rawValue: "NULL"
        case TRAPLINE_MIB_COUNTER64.rawValue: "Counter64"
        case TRAPLINE_MIB_BITS.rawValue: "BITS"
        case TRAPLINE_MIB_NSAP_ADDRESS.rawValue: "NsapAddress"
        case TRAPLINE_MIB_UINTEGER32.rawValue: "UInteger32"
        case TRAPLINE_MIB_UNSIGNED32.rawValue: "Unsigned32"
        case TRAPLINE_MIB_INTEGER32.rawValue: "Integer32"
        default: ""
        }
    }

    /// The bounds with the sign that the syntax has.
    private static func ranges(_ node: ParserOutput.Node) -> [ClosedRange<Int64>] {
        let isSigned = node.type == TRAPLINE_MIB_INTEGER.rawValue || node.type == TRAPLINE_MIB_INTEGER32.rawValue
        return node.ranges.compactMap { low, high in
            guard isSigned else { return low <= high ? Int64(low)...Int64(high) : nil }
            let (signedLow, signedHigh) = (Int64(Int32(bitPattern: low)), Int64(Int32(bitPattern: high)))
            // UPS-MIB writes an upper bound of 2^31, which has no room in an INTEGER.
            return signedLow <= signedHigh ? signedLow...signedHigh : signedLow...Int64(high)
        }
    }

    private func format(_ node: ParserOutput.Node, _ tables: inout CatalogTables) -> ValueFormat {
        let syntax: ValueFormat.Syntax =
            switch node.type {
            case TRAPLINE_MIB_INTEGER.rawValue, TRAPLINE_MIB_INTEGER32.rawValue: .integer
            case TRAPLINE_MIB_GAUGE32.rawValue, TRAPLINE_MIB_UNSIGNED32.rawValue, TRAPLINE_MIB_UINTEGER32.rawValue:
                .unsigned
            case TRAPLINE_MIB_COUNTER32.rawValue: .counter32
            case TRAPLINE_MIB_COUNTER64.rawValue: .counter64
            case TRAPLINE_MIB_OCTET_STRING.rawValue, TRAPLINE_MIB_NSAP_ADDRESS.rawValue: .octetString
            case TRAPLINE_MIB_BITS.rawValue: .bits
            case TRAPLINE_MIB_OBJECT_IDENTIFIER.rawValue: .objectIdentifier
            case TRAPLINE_MIB_IP_ADDRESS.rawValue, TRAPLINE_MIB_NETWORK_ADDRESS.rawValue: .ipAddress
            case TRAPLINE_MIB_TIME_TICKS.rawValue: .timeTicks
            case TRAPLINE_MIB_OPAQUE.rawValue: .opaque
            default: .any
            }
        guard syntax != .any else { return .untyped }
        return tables.format(
            syntax, enumeration: Dictionary(node.enumeration.map { ($0.number, $0.label) }) { first, _ in first },
            hint: node.displayHint, units: node.units)
    }

    // MARK: - Tables

    /// The index of a row, its own or that of the row it augments.
    private func indexes(ofRow row: Int) -> [MIBNode.Index] {
        if let augmented = nodes[row].augmentedRow {
            // One step only: RFC 2578 §7.8 lets no row augment an augmenting one.
            return byName[augmented].map { nodes[$0].indexes } ?? []
        }
        return nodes[row].indexes
    }

    private func indexRules(_ index: Int, _ tables: inout CatalogTables) -> [IndexRule] {
        let row = kind(index) == .row ? index : kind(index) == .column ? nodes[index].parent : nil
        guard let row else { return [] }
        var previousConvention: String?
        return indexes(ofRow: row).map { component in
            guard let object = byName[component.name].map({ nodes[$0] }) else { return .unknown }
            defer { previousConvention = object.textualConvention }
            return CatalogBuilder.rule(
                object, isImplied: component.isImplied,
                isAddress: object.textualConvention == "InetAddress" && previousConvention == "InetAddressType",
                &tables)
        }
    }

    private static func rule(
        _ object: ParserOutput.Node, isImplied: Bool, isAddress: Bool, _ tables: inout CatalogTables
    ) -> IndexRule {
        switch object.type {
        case TRAPLINE_MIB_INTEGER.rawValue, TRAPLINE_MIB_INTEGER32.rawValue, TRAPLINE_MIB_GAUGE32.rawValue,
            TRAPLINE_MIB_UNSIGNED32.rawValue, TRAPLINE_MIB_UINTEGER32.rawValue:
            let names = Dictionary(object.enumeration.map { ($0.number, $0.label) }) { first, _ in first }
            return .number(names: tables.add(names))
        case TRAPLINE_MIB_TIME_TICKS.rawValue: return .number(names: CatalogTables.Run())
        case TRAPLINE_MIB_OCTET_STRING.rawValue:
            if isImplied { return .impliedString }
            if object.ranges.count == 1, let size = object.ranges.first, size.low == size.high {
                return .fixedString(length: Int(size.low))
            }
            return .string(isAddress: isAddress)
        case TRAPLINE_MIB_OBJECT_IDENTIFIER.rawValue: return .objectIdentifier(isImplied: isImplied)
        case TRAPLINE_MIB_IP_ADDRESS.rawValue: return .ipAddress
        default: return .unknown
        }
    }

    // MARK: - Descriptions

    /// A description without the module's indentation: lines of a paragraph run on, an empty line parts paragraphs.
    private static func unindented(_ description: String) -> String {
        description.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.trimmingBlanks() }
            .reduce(into: [""]) { paragraphs, line in
                if line.isEmpty {
                    if paragraphs.last != "" { paragraphs.append("") }
                } else {
                    let last = paragraphs.count - 1
                    paragraphs[last] += paragraphs[last].isEmpty ? String(line) : " " + line
                }
            }
            .filter { !$0.isEmpty }.joined(separator: "\n")
    }
}

extension Substring {
    fileprivate func trimmingBlanks() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" || $0 == "\r" }
        while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
        return text
    }
}
