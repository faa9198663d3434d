internal import Alarms
internal import Documents

/// The structured data of a message (RFC 5424 §6.3), built element by element within a limit of octets: what does not
/// fit whole is left out, so that what is there is always well formed.
struct StructuredData {
    private(set) var text = ""
    /// How many octets it may take.
    let limit: Int

    /// A device's string in a parameter is cut here, so that one of them cannot crowd out the rest.
    static let valueLimit = 512

    init(limit: Int) {
        self.limit = limit
    }

    /// Adds `[id name="value" …]`; parameters that no longer fit are left out, groups of them only together. An element
    /// without parameters is not added.
    mutating func add(_ id: String, _ groups: [[(name: String, value: String)]]) {
        var element = "[" + id
        var isEmpty = true
        for group in groups {
            let parameters = group.map { " \($0.name)=\"\(Self.escaped($0.value))\"" }.joined()
            guard !parameters.isEmpty else { continue }
            // One octet is kept for the closing bracket.
            guard text.utf8.count + element.utf8.count + parameters.utf8.count + 1 <= limit else { break }
            element += parameters
            isEmpty = false
        }
        if !isEmpty { text += element + "]" }
    }

    /// RFC 5424 §6.3.3: `"`, `\` and `]` are escaped by a backslash. Control characters are made visible before.
    static func escaped(_ value: String) -> String {
        let line = PlainText.shortened(PlainText.oneLine(value), octets: valueLimit)
        let mustEscape = line.utf8.contains { $0 == 0x22 || $0 == 0x5c || $0 == 0x5d }
        guard mustEscape else { return line }
        var result = ""
        for character in line.unicodeScalars {
            if character == "\"" || character == "\\" || character == "]" { result.unicodeScalars.append("\\") }
            result.unicodeScalars.append(character)
        }
        return result
    }
}

extension StructuredData {
    /// Trapline's own element tells the event's number, by which a message sent twice can be told. 32473 is the number
    /// set aside for examples (RFC 5612), as in TRAPLINE-MIB.
    mutating func addTrapline(_ event: Event) {
        var parameters = [("event", String(event.id)), ("transition", event.transition.rawValue)]
        if let alarmID = event.alarmID { parameters.append(("alarm", String(alarmID))) }
        add("trapline@32473", [parameters])
    }

    /// RFC 5674 §3: the alarm's parameters.
    mutating func addAlarm(_ event: Event) {
        // §3.1 asks for a resource: the device's object, else the device.
        let resource = event.source.isEmpty ? event.device.name : event.source
        var groups = [
            [("resource", resource), ("perceivedSeverity", event.severity.name)],
            [("probableCause", event.probableCause ?? "other")],
        ]
        if let eventType = event.eventType { groups.append([("eventType", eventType)]) }
        if let trend = Self.trend(event) { groups.append([("trendIndication", trend)]) }
        add("alarm", groups)
    }

    /// RFC 5675 §3.2: the notification's variables. `v`N is the N-th variable's OID, `l`N its name, `a`N its value as
    /// a person reads it, and a letter for the type before N its value: `d` INTEGER, `u` Gauge32, `c` Counter32, `C`
    /// Counter64, `t` TimeTicks, `o` OBJECT IDENTIFIER, `i` IpAddress, `x` OCTET STRING in hex, `p` Opaque in hex, `n`
    /// NULL. sysUpTime.0 and snmpTrapOID.0 come first, as in the PDU.
    mutating func addNotification(_ datagram: DatagramDocument) {
        guard let oid = datagram.oid else { return }
        var groups: [[(name: String, value: String)]] = []
        var context: [(name: String, value: String)] = []
        if let engine = datagram.engineID { context.append(("ctxEngine", engine)) }
        if let name = datagram.context { context.append(("ctxName", name)) }
        groups.append(context)
        groups.append([
            ("v1", "1.3.6.1.2.1.1.3.0"), ("l1", "SNMPv2-MIB::sysUpTime.0"), ("t1", String(datagram.uptime ?? 0)),
        ])
        groups.append([
            ("v2", "1.3.6.1.6.3.1.1.4.1.0"), ("l2", "SNMPv2-MIB::snmpTrapOID.0"), ("o2", oid),
            ("a2", datagram.name ?? oid),
        ])
        for (index, variable) in (datagram.variables ?? []).enumerated() {
            let number = String(index + 3)
            var group = [("v" + number, variable.oid)]
            if variable.name != variable.oid { group.append(("l" + number, variable.name)) }
            let value = Self.text(variable.value)
            group.append((Self.letter(of: variable.type) + number, value))
            if variable.text != value, !variable.text.isEmpty { group.append(("a" + number, variable.text)) }
            groups.append(group)
        }
        add("snmp", groups)
    }

    private static func trend(_ event: Event) -> String? {
        switch (event.transition, event.previousSeverity) {
        case (.changed, let previous?) where event.severity != previous:
            event.severity.isAtLeast(previous) ? "moreSevere" : "lessSevere"
        case (.repeated, _): "noChange"
        default: nil
        }
    }

    private static func letter(of type: String) -> String {
        switch type {
        case "INTEGER": "d"
        case "Gauge32", "Unsigned32": "u"
        case "Counter32": "c"
        case "Counter64": "C"
        case "TimeTicks": "t"
        case "OBJECT IDENTIFIER": "o"
        case "IpAddress": "i"
        case "OCTET STRING": "x"
        case "Opaque", "Float", "Double": "p"
        default: "n"
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
