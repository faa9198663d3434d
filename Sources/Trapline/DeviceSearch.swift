import Basics
import Devices

/// Which device an operator means.
enum DeviceSearch {
    /// By its identity, else by its name or its address where that is one device's alone.
    static func find(_ text: String, among devices: [Device]) throws(ServerError) -> Device {
        if let device = devices.first(where: { $0.id == text }) { return device }
        let address = IPAddress(text)
        let found = devices.filter { $0.name == text || address != nil && $0.address == address }
        guard let device = found.first else { throw ServerError("no device \(text) is known; see trapline devices") }
        guard found.count == 1 else {
            let known = found.prefix(5).map(\.id).joined(separator: ", ")
            throw ServerError("\(text) may be any of \(found.count) devices; say which: \(known)")
        }
        return device
    }
}
