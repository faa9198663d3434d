public import Basics

extension SimulatedFleet {
    /// How many links a device has that may be down.
    public static let linksOfADevice = 8

    /// Something changes somewhere, by the generator: a link of a device goes down, or comes back if it was down.
    public mutating func changeSomething(_ generator: inout SeededGenerator, at time: Timestamp) {
        guard !devices.isEmpty else { return }
        let place = Int.random(in: devices.indices, using: &generator)
        let link = Int.random(in: 1...Self.linksOfADevice, using: &generator)
        let severity = [DeviceSeverity.warning, .minor, .major, .critical].randomElement(using: &generator) ?? .major
        change(place, at: time) { device in
            let alarm = DeviceAlarm.ethernetLink(link, severity)
            return device.standing.contains { $0.key == alarm.key }
                ? device.clear(alarm.key, at: time) : device.raise(alarm, at: time)
        }
    }
}
