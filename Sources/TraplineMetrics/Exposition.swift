/// Prometheus text exposition format, version 0.0.4: a family's help and type, then a line a sample.
enum Exposition {
    static func append(_ family: MetricFamily, _ samples: [MetricSample], to text: inout String) {
        text += "# HELP \(family.name) \(escapedHelp(family.help))\n"
        text += "# TYPE \(family.name) \(family.type.rawValue)\n"
        let lines = samples.map { (labels: labelText($0.labels), value: numberText($0.value)) }
        for line in lines.sorted(by: { $0.labels < $1.labels }) {
            text += "\(family.name)\(line.labels) \(line.value)\n"
        }
    }

    /// `{listener="traps",reason="community"}`, in the order given; nothing where there are none.
    static func labelText(_ labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.0)=\"\(escapedValue($0.1))\"" }.joined(separator: ",") + "}"
    }

    /// A backslash, a quotation mark and a line feed would end a label's value early.
    static func escapedValue(_ value: String) -> String {
        escaped(value, marks: true)
    }

    static func escapedHelp(_ help: String) -> String {
        escaped(help, marks: false)
    }

    private static func escaped(_ text: String, marks: Bool) -> String {
        var result = ""
        // By scalars: "\r\n" is one Character and would slip past a comparison with "\n".
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where marks: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whole numbers without a fraction, as people and diffs like them; what is no number as the format spells it.
    static func numberText(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return String(value)
    }
}
