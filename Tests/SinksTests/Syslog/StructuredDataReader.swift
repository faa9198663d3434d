import SNMPWire

/// Reads structured data back (RFC 5424 §6.3), strictly: what the tests hold the writer to.
enum StructuredDataReader {
    struct Element: Equatable {
        var id: String
        var parameters: [String: String]
    }

    /// The elements of a whole message; `nil` where they are malformed.
    static func elements(in message: String) -> [Element]? {
        // PRI VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID, each followed by one blank.
        var rest = message[...]
        for _ in 0..<6 {
            guard let blank = rest.firstIndex(of: " "), blank != rest.startIndex else { return nil }
            rest = rest[rest.index(after: blank)...]
        }
        if rest.hasPrefix("- ") || rest == "-" { return [] }
        var elements: [Element] = []
        var scalars = Array(rest.unicodeScalars)[...]
        while scalars.first == "[" {
            scalars = scalars.dropFirst()
            let id = take(&scalars) { $0 != " " && $0 != "]" && $0 != "=" && $0 != "\"" }
            var element = Element(id: id, parameters: [:])
            while scalars.first == " " {
                scalars = scalars.dropFirst()
                let name = take(&scalars) { $0 != "=" && $0 != " " && $0 != "]" && $0 != "\"" }
                guard !name.isEmpty, scalars.first == "=", scalars.dropFirst().first == "\"" else { return nil }
                scalars = scalars.dropFirst(2)
                guard let value = value(&scalars), element.parameters.updateValue(value, forKey: name) == nil else {
                    return nil
                }
            }
            guard scalars.first == "]", !id.isEmpty else { return nil }
            scalars = scalars.dropFirst()
            elements.append(element)
        }
        return elements.isEmpty || scalars.first != " " ? nil : elements
    }

    private static func take(
        _ scalars: inout ArraySlice<Unicode.Scalar>, while condition: (Unicode.Scalar) -> Bool
    ) -> String {
        let taken = scalars.prefix(while: condition)
        scalars = scalars.dropFirst(taken.count)
        return String(String.UnicodeScalarView(taken))
    }

    private static func value(_ scalars: inout ArraySlice<Unicode.Scalar>) -> String? {
        var value = String.UnicodeScalarView()
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\"": return String(value)
            case "]": return nil
            case "\\":
                guard let escaped = scalars.popFirst() else { return nil }
                guard escaped == "\"" || escaped == "\\" || escaped == "]" else { return nil }
                value.append(escaped)
            default: value.append(scalar)
            }
        }
        return nil
    }
}

/// Variables for datagrams of the tests.
enum VariableSample {
    static func octets(_ oid: String, _ text: String) -> VariableBinding {
        VariableBinding(name: WireSamples.oid(oid), value: .octetString(Array(text.utf8)[...]))
    }
}
