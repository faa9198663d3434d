import MIBCatalog
import SNMPWire

/// A rule's text, with `{IF-MIB::ifDescr}` placeholders that a notification's variables fill.
public struct TextTemplate: Sendable {
    private enum Piece: Sendable {
        case literal(String)
        case variable(NamedVariable)
    }

    /// Stands for a variable that the notification does not carry.
    static let missing = "?"

    private let pieces: [Piece]

    /// A placeholder that the catalog does not know stays as it is written, so that the slip is seen.
    init(_ text: String, vendor: VendorProfile, catalog: Catalog) {
        pieces = TextTemplate.split(text).map { piece in
            guard piece.isPlaceholder, let oid = catalog.oid(named: String(piece.text)) else {
                return .literal(piece.isPlaceholder ? "{\(piece.text)}" : String(piece.text))
            }
            return .variable(NamedVariable(oid, vendor: vendor, catalog: catalog))
        }
    }

    /// The names between braces, for the configuration to check.
    public static func placeholders(in text: String) -> [String] {
        split(text).filter(\.isPlaceholder).map { String($0.text) }
    }

    func filled(from variables: VariableBindings, catalog: Catalog) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal):
                text += literal
            case .variable(let variable):
                if let binding = variables.first(under: variable.spellings) {
                    text += SourceText.normalised(catalog.text(of: binding.value, for: binding.name))
                } else {
                    text += variable.instance(inRowsOf: variables, catalog: catalog) ?? TextTemplate.missing
                }
            }
        }
        return SourceText.cut(text, to: SourceText.maximumTextLength)
    }

    /// A `{` without its `}`, or an empty pair, is plain text.
    private static func split(_ text: String) -> [(text: Substring, isPlaceholder: Bool)] {
        var pieces: [(text: Substring, isPlaceholder: Bool)] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = rest[rest.index(after: open)..<close]
            if name.isEmpty {
                pieces.append((rest[...close], false))
            } else {
                pieces.append((rest[..<open], false))
                pieces.append((name, true))
            }
            rest = rest[rest.index(after: close)...]
        }
        pieces.append((rest, false))
        return pieces.filter { !$0.text.isEmpty }
    }
}
