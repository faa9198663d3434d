internal import Alarms
internal import Basics
internal import Documents

/// The structured data of a message (RFC 5424 §6.3), built element by element within a limit of octets: what does not
/// fit whole is left out, so that what is there is always well formed. It is written straight into octets: a message is
/// most of what an event costs.
struct StructuredData: ~Copyable {
    private var octets: OctetWriter
    /// How many octets it may take.
    let limit: Int

    /// A device's string in a parameter is cut here, so that one of them cannot crowd out the rest.
    static let valueLimit = 512

    init(limit: Int) {
        self.limit = limit
        octets = OctetWriter(capacity: max(0, min(limit, SyslogFormatter.streamLimit)))
    }

    var text: String { octets.text() }

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
        addValue(value)
    }

    private mutating func add(_ name: StaticString, _ number: Int64) {
        octets.append(UInt8(ascii: " "))
        octets.append(name)
        octets.append("=\"")
        octets.append(decimal: number)
        octets.append(UInt8(ascii: "\""))
    }

    /// `letter` and `number` are the name: `v3`.
    private mutating func add(_ letter: UInt8, _ number: Int, _ value: String) {
        octets.append(UInt8(ascii: " "))
        octets.append(letter)
        octets.append(decimal: number)
        addValue(value)
    }

    private mutating func addValue(_ value: String) {
        octets.append("=\"")
        let isPlain =
            value.utf8.count <= Self.valueLimit && PlainText.isPlainLine(value) { !Self.mustBeEscaped($0) }
        octets.append(isPlain ? value : Self.escaped(value))
        octets.append(UInt8(ascii: "\""))
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
    mutating func addNotification(_ datagram: DatagramDocument) {
        guard let oid = datagram.oid else { return }
        var element = begin("snmp")
        if let engine = datagram.engineID { add("ctxEngine", engine) }
        if let name = datagram.context { add("ctxName", name) }
        endGroup(of: &element)
        add("v1", "1.3.6.1.2.1.1.3.0")
        add("l1", "SNMPv2-MIB::sysUpTime.0")
        add("t1", Int64(datagram.uptime ?? 0))
        endGroup(of: &element)
        add("v2", "1.3.6.1.6.3.1.1.4.1.0")
        add("l2", "SNMPv2-MIB::snmpTrapOID.0")
        add("o2", oid)
        add("a2", datagram.name ?? oid)
        endGroup(of: &element)
        for (index, variable) in (datagram.variables ?? []).enumerated() {
            guard !element.isFull else { break }
            let number = index + 3
            add(UInt8(ascii: "v"), number, variable.oid)
            if variable.name != variable.oid { add(UInt8(ascii: "l"), number, variable.name) }
            let value = Self.text(variable.value)
            add(Self.letter(of: variable.type), number, value)
            if variable.text != value, !variable.text.isEmpty { add(UInt8(ascii: "a"), number, variable.text) }
            endGroup(of: &element)
        }
        end(element)
    }

    private static func trend(_ event: Event) -> String? {
        switch (event.transition, event.previousSeverity) {
        case (.changed, let previous?) where event.severity != previous:
            event.severity.isAtLeast(previous) ? "moreSevere" : "lessSevere"
        case (.repeated, _): "noChange"
        default: nil
        }
    }

    private static func letter(of type: String) -> UInt8 {
        switch type {
        case "INTEGER": UInt8(ascii: "d")
        case "Gauge32", "Unsigned32": UInt8(ascii: "u")
        case "Counter32": UInt8(ascii: "c")
        case "Counter64": UInt8(ascii: "C")
        case "TimeTicks": UInt8(ascii: "t")
        case "OBJECT IDENTIFIER": UInt8(ascii: "o")
        case "IpAddress": UInt8(ascii: "i")
        case "OCTET STRING": UInt8(ascii: "x")
        case "Opaque", "Float", "Double": UInt8(ascii: "p")
        default: UInt8(ascii: "n")
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
