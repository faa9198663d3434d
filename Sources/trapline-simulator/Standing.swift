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

    /// - Throws: why the file could not be written. Told before the run, and not with its end.
    static func check(_ path: String) throws(SimulatorError) {
        var isFolder = false
        let folder = URL(filePath: path).deletingLastPathComponent().path
        func refusal(_ why: String) -> SimulatorError { SimulatorError("--alarms: \(path) cannot be written: \(why)") }
        if isThere(path, isFolder: &isFolder), isFolder { throw refusal("it is a folder") }
        guard isThere(folder, isFolder: &isFolder), isFolder else { throw refusal("there is no folder \(folder)") }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw refusal("this user may not write into \(folder)")
        }
    }

    static func isThere(_ path: String, isFolder: inout Bool) -> Bool {
        let values = try? URL(filePath: path).resourceValues(forKeys: [.isDirectoryKey])
        isFolder = values?.isDirectory ?? false
        return values != nil
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
