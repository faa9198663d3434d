import TestPeers
import Testing

/// A real agent as a device whose traps go by `snmptrap`, with its running numbers and what its tables show.
struct AgentGateway {
    let agent: SNMPAgent
    private(set) var lastNumber = 0
    private(set) var active: [SNMPAgent.Row] = []
    var history: [SNMPAgent.Row] = []

    init(agent: SNMPAgent) {
        self.agent = agent
    }

    /// Raises, changes or clears an alarm, as its severity says. What is lost takes its number all the same.
    mutating func tell(_ alarm: SNMPAgent.Alarm, to receiver: String, isLost: Bool = false) throws {
        lastNumber += 1
        let row = SNMPAgent.Row(number: lastNumber, alarm, uptime: try agent.uptime())
        active.removeAll { ($0.alarm.trap, $0.alarm.source) == (alarm.trap, alarm.source) }
        if alarm.severity > 0 { active.append(row) }
        history.append(row)
        try agent.show(active: active, history: history)
        if !isLost { try agent.send(row, to: receiver) }
    }

    /// As ``OperatorView/vendorAlarms()`` says it.
    var standing: Set<String> {
        let severities = ["cleared", "indeterminate", "warning", "minor", "major", "critical"]
        return Set(
            active.map {
                "\($0.alarm.trap == 10 ? "acBoardEthernetLinkAlarm" : "acFanTrayAlarm") \($0.alarm.source) "
                    + severities[$0.alarm.severity]
            })
    }

    /// The server comes to have what stands on the device.
    ///
    /// - Parameter id: the device's, where there are others; `nil` for all that stands.
    func expectAgreement(
        with view: OperatorView, of id: String? = nil, within seconds: Double = 40,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        var alarms: Set<String> = []
        let agrees = try Poll.until(seconds: seconds, every: 0.5) {
            alarms = try view.vendorAlarms(of: id)
            return alarms == standing
        }
        let events = agrees ? [] : try view.events().map(\.line)
        try #require(
            agrees, "\(alarms.sorted()), not \(standing.sorted()); \(events.joined(separator: "\n"))",
            sourceLocation: location)
    }
}

extension SNMPAgent.Alarm {
    static func link(_ number: Int, _ severity: Int = 4) -> SNMPAgent.Alarm {
        SNMPAgent.Alarm(source: "Board#1/EthernetLink#\(number)", severity: severity)
    }

    static func fan(_ severity: Int = 4) -> SNMPAgent.Alarm {
        SNMPAgent.Alarm(trap: 29, source: "Chassis#0/FanTray#0", severity: severity, text: "Fan-Tray Alarm")
    }
}
