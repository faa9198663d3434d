public import Devices
import Basics

/// A device as `trapline devices --json` prints it.
public struct DeviceDocument: Sendable, Hashable, Codable {
    public var id: String
    public var name: String
    public var address: String
    /// Times are RFC 3339 in UTC.
    public var firstSeen: String
    public var lastSeen: String
    /// Absent until the device sends its first keep-alive.
    public var lastKeepAlive: String?

    public init(_ device: Device) {
        id = device.id
        name = device.name
        address = device.address.description
        firstSeen = device.firstSeen.description
        lastSeen = device.lastSeen.description
        lastKeepAlive = device.lastKeepAlive?.description
    }

    /// One line, without its end.
    public func jsonLine() -> String { JSONLine.encode(self) }
}
