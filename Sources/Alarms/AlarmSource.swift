import MIBCatalog
import SNMPWire

/// How a rule's key makes the alarm's source: `ifIndex.7`, or several parts with `/` between them.
///
/// A part that the notification does not carry is left out; with none left, the alarm is the device's own.
struct AlarmSource: Sendable {
    private struct Part: Sendable {
        enum Kind: Sendable { case value, instance, parent }
        var kind: Kind
        var variable: NamedVariable
        /// `false` for the vendor's var-binds, whose values are paths already: `Board#1/EthernetLink#0`.
        var isLabelled: Bool
    }

    private enum Piece: Sendable {
        case literal(String)
        case part(Part)
    }

    private let pieces: [Piece]

    init(_ key: [AlarmRule.KeyPart], vendor: VendorProfile, catalog: Catalog) {
        func part(_ kind: Part.Kind, _ oid: OID) -> Piece {
            let variable = NamedVariable(oid, vendor: vendor, catalog: catalog)
            return .part(
                Part(
                    kind: kind, variable: variable,
                    isLabelled: !vendor.canonical(oid).hasPrefix(VendorProfile.trapGlobals)))
        }
        pieces = key.map { keyPart in
            switch keyPart {
            case .value(let oid): part(.value, oid)
            case .instance(let oid): part(.instance, oid)
            case .parent(let oid): part(.parent, oid)
            case .literal(let text): .literal(text)
            }
        }
    }

    func text(from variables: VariableBindings, catalog: Catalog) -> String {
        let parts = pieces.compactMap { piece -> String? in
            switch piece {
            case .literal(let text):
                return text
            case .part(let part):
                guard let value = value(of: part, in: variables, catalog: catalog), !value.isEmpty else { return nil }
                return part.isLabelled ? "\(part.variable.name).\(value)" : value
            }
        }
        return SourceText.limited(parts.joined(separator: "/"))
    }

    private func value(of part: Part, in variables: VariableBindings, catalog: Catalog) -> String? {
        guard let binding = variables.first(under: part.variable.spellings) else {
            return part.kind == .value ? part.variable.instance(inRowsOf: variables, catalog: catalog) : nil
        }
        switch part.kind {
        case .value:
            if case .octetString(let octets) = binding.value {
                let text = SourceText.normalised(octets)
                // Octets that are no text (a MAC address) stand as people read them.
                let isAsItIs = text.isEmpty || !part.isLabelled
                return isAsItIs ? text : SourceText.normalised(catalog.text(of: binding.value, for: binding.name))
            }
            return AlarmSource.text(of: binding, catalog: catalog)
        case .instance:
            return part.variable.spellings.lazy.compactMap { binding.name.arcs(after: $0) }.first.map(dotted)
        case .parent:
            guard case .objectIdentifier(let oid) = binding.value, let parent = oid.dropping(last: 1) else {
                return nil
            }
            return catalog.shortName(of: parent)
        }
    }

    /// A value as it stands in a key: numbers as numbers and not by their labels, so that it equals the same value
    /// told by an instance.
    private static func text(of binding: VariableBinding, catalog: Catalog) -> String? {
        switch binding.value {
        case .integer(let number): String(number)
        case .counter32(let number), .gauge32(let number), .timeTicks(let number): String(number)
        case .counter64(let number): String(number)
        case .float(let number): String(number)
        case .double(let number): String(number)
        case .octetString, .opaque: catalog.text(of: binding.value, for: binding.name)
        case .objectIdentifier(let oid): catalog.shortName(of: oid)
        case .ipAddress(let address):
            dotted([address >> 24, address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff])
        case .null, .noSuchObject, .noSuchInstance, .endOfMibView: nil
        }
    }
}
