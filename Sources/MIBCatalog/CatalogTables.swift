internal import Basics
internal import SNMPWire

/// What naming and showing need of all nodes, in flat arrays: plain numbers, so that a look at them counts no
/// references and follows no pointers from one small object to the next.
struct CatalogTables: Sendable {
    /// A text within `texts`.
    struct Text: Sendable {
        var start: UInt32 = 0
        var count: UInt32 = 0
    }

    /// So many neighbours in one of the arrays.
    struct Run: Sendable {
        var first: UInt32 = 0
        var count: UInt32 = 0
    }

    /// A number's name: of an enumeration's value, of a bit of BITS.
    struct Label: Sendable {
        var number: Int32
        /// `down(2)`
        var text: Text
        /// How many octets of it are the name alone.
        var nameCount: UInt32
    }

    struct Entry: Sendable {
        /// `IF-MIB::ifOperStatus`
        var qualifiedName: Text
        /// How many octets of it are the module and the colons.
        var moduleCount: UInt32
        var isRow: Bool
        /// Of `indexRules`.
        var index: Run
        var format: ValueFormat
    }

    private(set) var texts: [UInt8] = []
    private(set) var labels: [Label] = []
    private(set) var hints: [DisplayHint.OctetFormat] = []
    private(set) var indexRules: [IndexRule] = []
    private(set) var entries: [Entry] = []

    // MARK: - Filling

    mutating func addEntry(name: String, module: String, isRow: Bool, index: [IndexRule], format: ValueFormat) {
        let run = Run(first: UInt32(indexRules.count), count: UInt32(index.count))
        indexRules += index
        entries.append(
            Entry(
                qualifiedName: add("\(module)::\(name)"), moduleCount: UInt32(module.utf8.count + 2), isRow: isRow,
                index: run, format: format))
    }

    /// - Parameter hint: a DISPLAY-HINT. One that is not as RFC 2579 writes it counts as none, and so does one for the
    ///   bits of BITS.
    mutating func format(
        _ syntax: ValueFormat.Syntax, enumeration: [Int32: String] = [:], hint: String? = nil, units: String? = nil
    ) -> ValueFormat {
        var format = ValueFormat(syntax: syntax)
        format.labels = add(enumeration)
        switch hint.flatMap({ DisplayHint($0, isForOctets: syntax == .octetString) }) {
        case .octets(let formats):
            format.hint = DisplayHint.isPlainText(formats) ? .text : .octets(add(formats))
        case .number(let number): format.hint = .number(number)
        case nil: break
        }
        if let units { format.units = add(" " + units) }
        return format
    }

    mutating func add(_ text: String) -> Text {
        let start = texts.count
        texts += text.utf8
        return Text(start: UInt32(start), count: UInt32(texts.count - start))
    }

    mutating func add(_ names: [Int32: String]) -> Run {
        let first = labels.count
        for (number, name) in names.sorted(by: { $0.key < $1.key }) {
            labels.append(Label(number: number, text: add("\(name)(\(number))"), nameCount: UInt32(name.utf8.count)))
        }
        return Run(first: UInt32(first), count: UInt32(labels.count - first))
    }

    mutating func add(_ formats: [DisplayHint.OctetFormat]) -> Run {
        let first = hints.count
        hints += formats
        return Run(first: UInt32(first), count: UInt32(formats.count))
    }

    // MARK: - Asking

    @inline(__always)
    func append(_ text: Text, to writer: inout OctetWriter) {
        append(text, from: 0, to: &writer)
    }

    /// The text without its first octets.
    @inline(__always)
    func append(_ text: Text, from start: UInt32, to writer: inout OctetWriter) {
        // Every text was added by `add`, and none is ever removed.
        let range = Int(text.start &+ start)..<Int(text.start &+ text.count)
        writer.append(unsafe texts.rawOctets.extracting(unchecked: range))
    }

    /// The label of a number among those of one object.
    @inline(__always)
    func label(of number: Int32, in run: Run) -> Label? {
        guard run.count > 0 else { return nil }
        let labels = labels.span
        let first = Int(run.first)
        // Most enumerations are numbered without gaps.
        let likely = Int(number) - Int(labels[first].number)
        if likely >= 0, likely < Int(run.count), labels[first + likely].number == number {
            return labels[first + likely]
        }
        var low = first
        var high = first + Int(run.count)
        while low < high {
            let middle = (low + high) / 2
            if labels[middle].number == number { return labels[middle] }
            if labels[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}
