import MIBCatalog
import SNMPWire

/// An object that a rule names: where to find it among a notification's variables, and where its instance is told when
/// its value is not.
struct NamedVariable: Sendable {
    /// The OIDs that it may come under.
    let spellings: [OID]
    /// Its name without the module.
    let name: String

    init(_ oid: OID, vendor: VendorProfile, catalog: Catalog) {
        spellings = vendor.spellings(of: oid)
        name = catalog.shortName(of: oid)
    }

    /// The object's value as an index of the row that another variable lies in: the `7` of `ifDescr.7` for `ifIndex`.
    /// RFC 2578 §7.7 lets a notification carry any column, and the older trees rely on it: BGP's traps tell the peer
    /// by the instance alone.
    func instance(inRowsOf variables: VariableBindings, catalog: Catalog) -> String? {
        for binding in variables {
            guard let column = catalog.node(for: binding.name), column.kind == .column,
                let instance = binding.name.arcs(after: column.oid)
            else { continue }
            if let part = component(of: instance, in: column, catalog: catalog) { return dotted(part) }
        }
        return nil
    }

    /// The arcs of a row's instance that are this object's (RFC 2578 §7.7: one arc an integer, four an IpAddress).
    private func component(of instance: [UInt32], in column: MIBNode, catalog: Catalog) -> ArraySlice<UInt32>? {
        guard column.indexes.contains(where: { $0.name == name }) else { return nil }
        if column.indexes.count == 1 { return instance[...] }
        var rest = instance[...]
        for index in column.indexes {
            guard let width = catalog.node(named: index.name).flatMap(NamedVariable.width), rest.count >= width else {
                return nil
            }
            if index.name == name { return rest.prefix(width) }
            rest = rest.dropFirst(width)
        }
        return nil
    }

    /// How many arcs an index of this syntax takes; `nil` where that varies, as with strings. No standard rule needs
    /// an index beside a string, so that those are not taken apart here.
    private static func width(_ index: MIBNode) -> Int? {
        switch index.syntax {
        case "INTEGER", "Integer32", "Unsigned32", "Gauge32", "Counter32", "TimeTicks": 1
        case "IpAddress": 4
        default: nil
        }
    }
}

func dotted(_ arcs: some Sequence<UInt32>) -> String {
    arcs.map(String.init).joined(separator: ".")
}
