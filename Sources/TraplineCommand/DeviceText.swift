import Alarms
import Basics
import Devices
import Documents

/// Devices as a table for a person: columns as wide as what stands in them.
enum DeviceTableText {
    /// What is longer moves the rest of its line on, so that one name widens no column for all.
    private static let widest = 40
    private static let head = [
        "DEVICE", "NAME", "ADDRESS", "STATE", "LAST SEEN", "GROUP/SITE", "PRODUCT/VERSION",
    ]

    /// With a head, where there is a device.
    static func lines(_ devices: [Device]) -> [String] {
        guard !devices.isEmpty else { return [] }
        let rows = [head] + devices.map(cells)
        let widths = head.indices.map { column in min(widest, rows.map { $0[column].count }.max() ?? 0) }
        return rows.map { row in
            let padded = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: max(0, width - cell.count))
            }
            return String(padded.joined(separator: "  ").trimmingSuffix(" "))
        }
    }

    private static func cells(_ device: Device) -> [String] {
        let address = device.address.description
        let product = [device.product, device.softwareVersion].compactMap(\.self).joined(separator: "/")
        return [
            device.id, device.name == address ? "-" : device.name, address, DeviceText.state(device),
            DeviceText.lastSeen(device), [device.group, device.site].compactMap(\.self).joined(separator: "/"),
            product.isEmpty ? "-" : product,
        ].map(TerminalText.line)
    }
}

/// All that is known of a device, for a person.
enum DeviceText {
    static func state(_ device: Device) -> String {
        device.state.rawValue + (device.isInMaintenance ? ", in maintenance" : "")
    }

    static func lastSeen(_ device: Device) -> String {
        device.reached == nil ? "never" : device.lastSeen.toTheSecond
    }

    static func lines(_ device: Device, _ maintenance: Maintenance?, _ alarms: [Severity: Int]) -> [String] {
        let facts: [(String, String?)] = [
            ("device", device.id),
            ("name", device.name),
            ("address", device.address.description),
            ("state", state(device)),
            ("group", device.group),
            ("tenant", device.tenant),
            ("region", device.region),
            ("site", device.site),
            ("product", device.product),
            ("version", device.softwareVersion),
            ("units", units(device)),
            ("engine ID", device.engineID),
            ("bindings", bindings(device)),
            ("reached", device.reached?.description),
            ("first seen", device.firstSeen.toTheSecond),
            ("last seen", lastSeen(device)),
            ("last notification", told(device)),
            ("last keep-alive", device.lastKeepAlive?.toTheSecond),
            ("period", device.liveness.period.milliseconds.map(seconds)),
            ("maintenance", maintenance.map(words)),
            ("open alarms", counts(alarms)),
        ]
        return facts.compactMap { name, text in
            text.map { name.padded(to: 19) + TerminalText.line($0) }
        }
    }

    private static func units(_ device: Device) -> String? {
        guard let serial = device.serial else { return device.peerSerial.map { "\($0) (standby)" } }
        return device.peerSerial.map { "\(serial) (active), \($0) (standby)" } ?? serial
    }

    private static func bindings(_ device: Device) -> String? {
        let ports = device.ports.all
        return ports.isEmpty
            ? nil : ports.map { "from port \($0.port) to our \($0.listener)" }.joined(separator: ", ")
    }

    private static func told(_ device: Device) -> String? {
        device.lastNotification.map { name in device.lastListener.map { "\(name), on \($0)" } ?? name }
    }

    private static func seconds(_ milliseconds: UInt32) -> String {
        let tenths = (UInt64(milliseconds) + 50) / 100
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }

    private static func words(_ maintenance: Maintenance) -> String {
        let end = maintenance.until.map { "until \($0.toTheSecond)" } ?? "until it is ended"
        let reason = maintenance.reason.isEmpty ? "" : ": \(maintenance.reason)"
        return "since \(maintenance.since.toTheSecond), \(end), by \(maintenance.by)\(reason)"
    }

    /// The most severe first.
    private static func counts(_ alarms: [Severity: Int]) -> String {
        let total = alarms.values.reduce(0, +)
        guard total > 0 else { return "0" }
        let parts = alarms.sorted { $0.key.rawValue > $1.key.rawValue }.map { "\($0.value) \($0.key.name)" }
        return "\(total) (\(parts.joined(separator: ", ")))"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
    fileprivate func trimmingSuffix(_ character: Character) -> Substring {
        var rest = self[...]
        while rest.last == character { rest.removeLast() }
        return rest
    }
}
