public import Basics
public import SNMPWire

// Names and values as octets, for what is written by the thousand: nothing is allocated. The catalog's texts of one OID
// or value are made by the same code.

extension Catalog {
    /// Where an OID belongs: the node that it is or lies below.
    public struct Place: Sendable {
        /// The node's number, -1 where none is known.
        let entry: Int32
        /// How many octets of the OID are the node's.
        let end: Int32
    }

    /// - Parameter oid: an OID's content octets; none stand for 0.0.
    public func place(of oid: RawSpan) -> Place {
        guard !oid.isEmpty else {
            let zero = OID.zeroDotZero
            return place(of: zero.octets)
        }
        guard let match = tree.longestPrefix(of: oid) else { return Place(entry: -1, end: 0) }
        return Place(entry: Int32(truncatingIfNeeded: match.entry), end: Int32(truncatingIfNeeded: match.end))
    }

    /// Writes the name of an OID, as `name(of:)` gives it.
    /// - Parameters:
    ///   - oid: its content octets; none stand for 0.0.
    ///   - isQualified: whether the module stands in front.
    public func appendName(of oid: RawSpan, isQualified: Bool = true, to text: inout OctetWriter) {
        appendName(of: oid, at: place(of: oid), isQualified: isQualified, to: &text)
    }

    /// The same where the OID's place is known.
    public func appendName(of oid: RawSpan, at place: Place, isQualified: Bool = true, to text: inout OctetWriter) {
        guard place.entry >= 0 else { return text.append(unknownOID: oid) }
        let entry = tables.entries[Int(place.entry)]
        tables.append(entry.qualifiedName, from: isQualified ? 0 : entry.moduleCount, to: &text)
        let end = Int(place.end)
        guard end < oid.byteCount else { return }
        if end + 1 == oid.byteCount, entry.index.count == 0 {
            // A scalar's instance.
            text.append(UInt8(ascii: "."))
            return text.append(decimal: UInt32(oid.octet(end)))
        }
        appendInstance(InstanceArcs(oid, from: end), entry, to: &text)
    }

    /// Writes a value as a person reads it, as `text(of:for:)` gives it.
    /// - Parameter place: that of the variable's name.
    public func appendText(of value: ValueView, at place: Place, to text: inout OctetWriter) {
        let format = place.entry >= 0 ? tables.entries[Int(place.entry)].format : .untyped
        tables.append(value, format, to: &text) { oid, text in appendName(of: oid, to: &text) }
    }

    /// The arcs below a node: a table's index in the form of its components, anything else in numbers.
    private func appendInstance(_ instance: InstanceArcs, _ entry: CatalogTables.Entry, to text: inout OctetWriter) {
        var arcs = instance
        // Below a row comes the number of a column that no module names, and then the index all the same.
        if entry.isRow, arcs.count > 0 {
            text.append(UInt8(ascii: "."))
            text.append(decimal: arcs.removeFirst())
        }
        for number in 0..<Int(entry.index.count) {
            guard arcs.count > 0 else { break }
            let rule = tables.indexRules[Int(entry.index.first) + number]
            text.append(UInt8(ascii: "."))
            guard rule.take(from: &arcs, tables, to: &text) else {
                text.truncate(to: text.count - 1)
                break
            }
        }
        while arcs.count > 0 {
            text.append(UInt8(ascii: "."))
            text.append(decimal: arcs.removeFirst())
        }
    }
}

extension OctetWriter {
    /// An OID in numbers: `1.3.6.1`.
    /// - Parameter oid: its content octets; none stand for 0.0.
    public mutating func append(dottedOID oid: RawSpan) {
        let (first, second) = firstArcs(of: oid)
        append(decimal: first)
        append(UInt8(ascii: "."))
        append(decimal: second)
        appendArcs(of: oid)
    }

    /// Where not even the first two arcs are known, the first has a name in X.660 all the same.
    fileprivate mutating func append(unknownOID oid: RawSpan) {
        let (first, second) = firstArcs(of: oid)
        append(first == 0 ? "ccitt." : first == 1 ? "iso." : "joint-iso-ccitt.")
        append(decimal: second)
        appendArcs(of: oid)
    }

    /// The first sub-identifier stands for two arcs.
    private func firstArcs(of oid: RawSpan) -> (UInt32, UInt32) {
        var arcs = InstanceArcs(oid, from: 0)
        let both = arcs.removeFirst()
        let first = min(both / 40, 2)
        return (first, both - first * 40)
    }

    private mutating func appendArcs(of oid: RawSpan) {
        var arcs = InstanceArcs(oid, from: 0)
        arcs.removeFirst()
        while arcs.count > 0 {
            append(UInt8(ascii: "."))
            append(decimal: arcs.removeFirst())
        }
    }
}
