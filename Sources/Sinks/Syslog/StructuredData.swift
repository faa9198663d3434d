internal import Alarms
internal import Basics
internal import Documents
internal import MIBCatalog
internal import SNMPWire

/// The structured data of a message (RFC 5424 §6.3), built element by element within a limit of octets: what does not
/// fit whole is left out, so that what is there is always well formed. It is written straight into octets: a message is
/// most of what an event costs.
struct StructuredData: ~Copyable {
    private(set) var octets: OctetWriter
    /// A variable's text, before it is known whether it tells more than its value.
    private var scratch = OctetWriter()
    /// How many octets it may take.
    let limit: Int

    /// A device's string in a parameter is cut here, so that one of them cannot crowd out the rest.
    static let valueLimit = 512

    init(limit: Int) {
        self.limit = limit
        octets = OctetWriter(capacity: max(0, min(limit, SyslogFormatter.streamLimit)))
    }

    /// RFC 5424 §6.3.3: `"`, `\` and `]` are escaped by a backslash. Control characters are made visible before.
    static func escaped(_ value: String) -> String {
        let line = PlainText.shortened(PlainText.oneLine(value), octets: valueLimit)
        guard line.utf8.contains(where: mustBeEscaped) else { return line }
        var result = ""
        for character in line.unicodeScalars {
            if character == "\"" || character == "\\" || character == "]" { result.unicodeScalars.append("\\") }
            result.unicodeScalars.append(character)
        }
        return result
    }

    private static func mustBeEscaped(_ octet: UInt8) -> Bool {
        octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") || octet == UInt8(ascii: "]")
    }

    // MARK: - Writing an element

    /// An element that is being written: `[id name="value" …]`, in groups of parameters that stand only together.
    private struct Element {
        let start: Int
        /// Where its last whole group ends.
        var end: Int
        var isEmpty = true
        /// A group found no room; none behind it is written.
        var isFull = false
    }

    private mutating func begin(_ id: StaticString) -> Element {
        let start = octets.count
        octets.append(UInt8(ascii: "["))
        octets.append(id)
        return Element(start: start, end: octets.count)
    }

    /// Ends a group, and takes it back where it does not fit.
    private mutating func endGroup(of element: inout Element) {
        guard octets.count > element.end else { return }
        // One octet is kept for the closing bracket.
        if element.isFull || octets.count + 1 > limit {
            octets.truncate(to: element.end)
            element.isFull = true
        } else {
            element.end = octets.count
            element.isEmpty = false
        }
    }

    /// An element without parameters is not there at all.
    private mutating func end(_ element: Element) {
        if element.isEmpty {
            octets.truncate(to: element.start)
        } else {
            octets.append(UInt8(ascii: "]"))
        }
    }

    private mutating func add(_ name: StaticString, _ value: String) {
        octets.append(UInt8(ascii: " "))
        octets.append(name)
        octets.append("=\"")
        let isPlain =
            value.utf8.count <= Self.valueLimit && PlainText.isPlainLine(value) { !Self.mustBeEscaped($0) }
        octets.append(isPlain ? value : Self.escaped(value))
        octets.append(UInt8(ascii: "\""))
    }

    private mutating func add(_ name: StaticString, _ number: Int64) {
        octets.append(UInt8(ascii: " "))
        octets.append(name)
        octets.append("=\"")
        octets.append(decimal: number)
        octets.append(UInt8(ascii: "\""))
    }

    /// Begins a parameter whose value is to follow, with `endValue` behind it: `letter` and `number` are its name, `v3`.
    /// - Returns: where the value begins.
    private mutating func beginValue(_ letter: UInt8, _ number: Int) -> Int {
        octets.append(UInt8(ascii: " "))
        octets.append(letter)
        octets.append(decimal: number)
        octets.append("=\"")
        return octets.count
    }

    /// - Parameter isPlain: it is known to be ASCII without blanks and without what has to be escaped.
    private mutating func endValue(from start: Int, isPlain: Bool = false) {
        if !isFit(from: start, isPlain: isPlain) {
            let text = octets.text(from: start)
            octets.truncate(to: start)
            octets.append(Self.escaped(text))
        }
        octets.append(UInt8(ascii: "\""))
    }

    /// Whether a value can stay as it was written.
    private func isFit(from start: Int, isPlain: Bool) -> Bool {
        let value = octets.octets.extracting(start...)
        return value.count <= Self.valueLimit
            && (isPlain || PlainText.isPlainLine(value) { !Self.mustBeEscaped($0) })
    }

    /// Whether a variable's text tells more than the value that stands from `start` on.
    private func tellsMore(thanFrom start: Int) -> Bool {
        !scratch.isEmpty && !scratch.octets.isEqual(to: octets.octets.extracting(start...))
    }
}

extension StructuredData {
    /// Trapline's own element tells the event's number, by which a message sent twice can be told. 32473 is the number
    /// set aside for examples (RFC 5612), as in TRAPLINE-MIB.
    mutating func addTrapline(_ event: Event) {
        var element = begin("trapline@32473")
        add("event", event.id)
        add("transition", event.transition.rawValue)
        if let alarmID = event.alarmID { add("alarm", alarmID) }
        endGroup(of: &element)
        end(element)
    }

    /// RFC 5674 §3: the alarm's parameters.
    mutating func addAlarm(_ event: Event) {
        var element = begin("alarm")
        // §3.1 asks for a resource: the device's object, else the device.
        add("resource", event.source.isEmpty ? event.device.name : event.source)
        add("perceivedSeverity", event.severity.name)
        endGroup(of: &element)
        add("probableCause", event.probableCause ?? "other")
        endGroup(of: &element)
        if let eventType = event.eventType { add("eventType", eventType) }
        endGroup(of: &element)
        if let trend = Self.trend(event) { add("trendIndication", trend) }
        endGroup(of: &element)
        end(element)
    }

    /// RFC 5675 §3.2: the notification's variables. `v`N is the N-th variable's OID, `l`N its name, `a`N its value as
    /// a person reads it, and a letter for the type before N its value: `d` INTEGER, `u` Gauge32, `c` Counter32, `C`
    /// Counter64, `t` TimeTicks, `o` OBJECT IDENTIFIER, `i` IpAddress, `x` OCTET STRING in hex, `p` Opaque in hex, `n`
    /// NULL. sysUpTime.0 and snmpTrapOID.0 come first, as in the PDU.
    ///
    /// - Parameter datagram: what `notification` was read from.
    mutating func addNotification(_ notification: NotificationReader, in datagram: [UInt8], catalog: Catalog) {
        var element = begin("snmp")
        if let engine = notification.contextEngineID { add("ctxEngine", hex: datagram[engine]) }
        if let name = notification.contextName, !name.isEmpty {
            add("ctxName", String(decoding: datagram[name], as: UTF8.self))
        }
        endGroup(of: &element)
        add("v1", "1.3.6.1.2.1.1.3.0")
        add("l1", "SNMPv2-MIB::sysUpTime.0")
        add("t1", Int64(notification.uptime))
        endGroup(of: &element)
        add("v2", "1.3.6.1.6.3.1.1.4.1.0")
        add("l2", "SNMPv2-MIB::snmpTrapOID.0")
        var start = beginValue(UInt8(ascii: "o"), 2)
        octets.append(dottedOID: notification.trapOID)
        endValue(from: start, isPlain: true)
        start = beginValue(UInt8(ascii: "a"), 2)
        catalog.appendName(of: notification.trapOID, to: &octets)
        endValue(from: start)
        endGroup(of: &element)
        var variables = notification.variables
        var number = 3
        while !element.isFull, let variable = variables.next() {
            add(variable, number, catalog)
            endGroup(of: &element)
            number += 1
        }
        end(element)
    }

    private mutating func add(_ variable: VariableView, _ number: Int, _ catalog: Catalog) {
        let place = catalog.place(of: variable.name)
        var start = beginValue(UInt8(ascii: "v"), number)
        octets.append(dottedOID: variable.name)
        endValue(from: start, isPlain: true)
        start = beginValue(UInt8(ascii: "l"), number)
        catalog.appendName(of: variable.name, at: place, to: &octets)
        endValue(from: start)

        scratch.removeAll()
        catalog.appendText(of: variable.value, at: place, to: &scratch)
        start = beginValue(Self.letter(of: variable.value), number)
        append(variable.value)
        let tellsMore = tellsMore(thanFrom: start)
        endValue(from: start, isPlain: true)
        guard tellsMore else { return }
        start = beginValue(UInt8(ascii: "a"), number)
        octets.append(scratch)
        endValue(from: start)
    }

    private mutating func add(_ name: StaticString, hex value: ArraySlice<UInt8>) {
        octets.append(UInt8(ascii: " "))
        octets.append(name)
        octets.append("=\"")
        let start = octets.count
        octets.append(hex: value.rawOctets)
        endValue(from: start, isPlain: true)
    }

    /// Numbers, dotted addresses and OIDs, octets in hex.
    private mutating func append(_ value: ValueView) {
        switch value {
        case .integer(let number): octets.append(decimal: number)
        case .counter32(let number), .gauge32(let number), .timeTicks(let number): octets.append(decimal: number)
        case .counter64(let number): octets.append(decimal: number)
        case .octetString(let value), .opaque(let value): octets.append(hex: value)
        case .objectIdentifier(let oid): octets.append(dottedOID: oid)
        case .ipAddress(let address): octets.append(dotted: address)
        case .float, .double: octets.append(Self.text(JSONValue(Value(value))))
        case .null, .noSuchObject, .noSuchInstance, .endOfMibView: break
        }
    }

    private static func trend(_ event: Event) -> String? {
        switch (event.transition, event.previousSeverity) {
        case (.changed, let previous?) where event.severity != previous:
            event.severity.isAtLeast(previous) ? "moreSevere" : "lessSevere"
        case (.repeated, _): "noChange"
        default: nil
        }
    }

    private static func letter(of value: ValueView) -> UInt8 {
        switch value {
        case .integer: UInt8(ascii: "d")
        case .gauge32: UInt8(ascii: "u")
        case .counter32: UInt8(ascii: "c")
        case .counter64: UInt8(ascii: "C")
        case .timeTicks: UInt8(ascii: "t")
        case .objectIdentifier: UInt8(ascii: "o")
        case .ipAddress: UInt8(ascii: "i")
        case .octetString: UInt8(ascii: "x")
        case .opaque, .float, .double: UInt8(ascii: "p")
        case .null, .noSuchObject, .noSuchInstance, .endOfMibView: UInt8(ascii: "n")
        }
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let text): text
        case .null: ""
        }
    }
}

extension Span where Element == UInt8 {
    fileprivate func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
