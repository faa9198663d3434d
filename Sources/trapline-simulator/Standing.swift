import Basics
import DeviceSimulation
import Foundation
import SNMPWire

/// The alarms that stand on the devices, for whoever compares them with what a receiver believes.
enum Standing {
    struct Line: Codable {
        var device: String
        var serial: String
        /// The trap's OID.
        var alarm: String
        var source: String
        var severity: String
    }

    /// A line of JSON for each alarm. Written beside the file and moved there: who sees it sees all of it.
    static func write(_ fleet: SimulatedFleet, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var text = Data()
        for (device, address) in zip(fleet.devices, fleet.addresses) {
            for alarm in device.standing {
                text += try encoder.encode(
                    Line(
                        device: address.description, serial: String(device.unit.serialNumber),
                        alarm: alarm.key.trap.description, source: alarm.key.source, severity: alarm.severity.name))
                text.append(UInt8(ascii: "\n"))
            }
        }
        try text.write(to: URL(filePath: path), options: .atomic)
    }
}
