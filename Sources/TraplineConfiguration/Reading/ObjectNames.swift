import Basics
import MIBCatalog
import Routing
import SNMPWire

/// Resolves the names of MIB objects in the files of one run, and finds the nearest right spelling of those it does not
/// know.
final class ObjectNames {
    /// Each suggestion looks at every name of the catalog. A file with more unknown names lacks a module.
    static let maximumSuggestions = 20

    let catalog: Catalog
    private var suggestions = 0

    init(_ catalog: Catalog) {
        self.catalog = catalog
    }

    /// The OID of an object that `node` names or writes by number.
    func oid(_ node: YAMLNode, _ reader: DocumentReader, _ what: String = "the name or OID of an object") -> OID? {
        guard let text = reader.text(node, what) else { return nil }
        if let oid = catalog.oid(named: text) { return oid }
        reader.error(whyUnknown(text), at: node.mark)
        return nil
    }

    /// Why `text` names nothing, with what was probably meant.
    func whyUnknown(_ text: String) -> String {
        // No name begins with a digit (RFC 2578 §3.1).
        if text.first.map({ "0123456789.".contains($0) }) == true {
            return "\(quoted(text)) is no OID: numbers below 4294967296 with single dots between them, at most 128,"
                + " the first 0 to 2"
        }
        guard catalog.nodeCount > 0 else {
            return "\(quoted(text)) is not known: no MIB module is loaded; an OID by number needs none"
        }
        return "no MIB module knows \(quoted(text))\(hint(for: text))"
    }

    /// Whether any name of the catalog fits a pattern, `acBoard*` or `IF-MIB::link*`.
    func isMatched(byPattern text: String) -> Bool {
        let separator = text.firstRange(of: "::")
        let module = Glob(separator.map { String(text[..<$0.lowerBound]) } ?? "*")
        let name = Glob(separator.map { String(text[$0.upperBound...]) } ?? text)
        return catalog.nodes.contains { name.matches($0.name) && module.matches($0.module) }
    }

    private func hint(for text: String) -> String {
        guard suggestions < ObjectNames.maximumSuggestions else { return "" }
        suggestions += 1
        // An instance after the name (`ifIndex.7`) is no part of the comparison.
        let separator = text.firstRange(of: "::")
        let name = separator.map { text[$0.upperBound...] } ?? text[...]
        let end = name.firstIndex(of: ".") ?? name.endIndex
        let (label, rest) = (String(name[..<end]), name[end...])
        guard let separator else {
            return Suggestion.nearest(to: label, in: catalog.nodes.lazy.map(\.name)).map {
                "; did you mean \($0)\(rest)?"
            } ?? ""
        }
        let module = String(text[..<separator.lowerBound])
        let modules = catalog.modules
        if !modules.contains(module) {
            let qualified = Suggestion.nearest(to: module, in: modules).map { "\($0)::\(label)" }
            let elsewhere = catalog.node(named: label).map { "\($0.module)::\($0.name)" }
            let known = [qualified, elsewhere].compactMap { $0 }.first { catalog.oid(named: $0) != nil }
            return (known ?? qualified).map { "; did you mean \($0)\(rest)?" }
                ?? "; there is no module \(quoted(module))"
        }
        let names = catalog.nodes.lazy.filter { $0.module == module }.map(\.name)
        if let near = Suggestion.nearest(to: label, in: names) { return "; did you mean \(module)::\(near)\(rest)?" }
        return catalog.node(named: label).map { "; did you mean \($0.module)::\($0.name)\(rest)?" } ?? ""
    }
}
