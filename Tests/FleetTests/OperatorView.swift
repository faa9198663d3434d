import Foundation
import TestPeers

/// What operators see of a server: what the command line prints from its data folder, beside it or after its end.
struct OperatorView {
    struct Alarm: Decodable, Hashable {
        struct Device: Decodable, Hashable {
            var id: String
            var name: String
            var address: String
        }

        var device: Device
        var alarm: String
        var source: String
        var severity: String
    }

    struct Event: Decodable, Hashable {
        var time: String
        var transition: String
        var reason: String?
        var alarm: String
        var severity: String
        var source: String
        var text: String
        var device: Alarm.Device

        /// `raised major acBoardEthernetLinkAlarm Board#1/EthernetLink#1`.
        var line: String { "\(transition) \(severity) \(alarm) \(source)" }
    }

    struct Device: Decodable, Hashable {
        var id: String
        var name: String
        var address: String
        var state: String?
        var softwareVersion: String?
    }

    let data: String

    func devices() throws -> [Device] { try lines(["devices"], Device.self) }

    /// The alarms that stand.
    func alarms() throws -> [Alarm] {
        struct Line: Decodable { var active: Alarm }
        return try lines(["alarms", "--active"], Line.self).map(\.active)
    }

    /// Those of devices, of the vendor's own kinds: `ALARM SOURCE SEVERITY`; `nil` for all devices.
    func vendorAlarms(of device: String? = nil) throws -> Set<String> {
        let alarms = try alarms().filter { $0.alarm.hasPrefix("ac") && (device == nil || $0.device.id == device) }
        return Set(alarms.map { "\($0.alarm) \($0.source) \($0.severity)" })
    }

    /// The last of the events, in their order.
    func events() throws -> [Event] {
        try lines(["events", "--last", "100000"], Event.self)
    }

    private func lines<Line: Decodable>(_ arguments: [String], _ kind: Line.Type) throws -> [Line] {
        let output = try Command.expect(TraplineProgram.path(), arguments + ["--json", "--data", data])
        return try output.text.split(separator: "\n").map { try JSONDecoder().decode(kind, from: Data($0.utf8)) }
    }
}
