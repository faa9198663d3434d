public import Alarms
public import Basics

/// How a request gets to a device.
public struct DeviceWay: Sendable, Hashable {
    public var peer: Endpoint
    /// What its last datagram reached here; `nil` for a device that was never heard.
    public var local: Endpoint?
    /// When the way through a NAT may be closed; `nil` where nobody has to keep it open.
    public var closes: Timestamp?
    /// How long a keep-alive opens it, in nanoseconds.
    public var lasts: Int64
}

extension DeviceInventory {
    /// Where SNMP agents listen (RFC 3417 §3.2).
    private static let agentPort: UInt16 = 161
    /// The vendor's devices send their keep-alives after nine tenths of the time that their NAT keeps a binding.
    private static let bindingTime = (numerator: Int64(10), denominator: Int64(9))
    /// A binding's time where no period is known yet: the vendor's NAT bindings live for 30 s as a rule, many for more,
    /// and a way that is closed after all costs a time-out.
    private static let assumedBinding: Int64 = 60 * .second

    /// The way to a device: where its keep-alives come from, else to its agent; `nil` for one that is not known.
    public func way(to id: String) -> DeviceWay? {
        guard let index = ids[id] else { return nil }
        let device = entries[Int(index)].device
        let isPeriodKnown =
            entries[Int(index)].configuredPeriod > 0 || device.liveness.period.milliseconds != nil
        let (numerator, denominator) = Self.bindingTime
        let lasts = isPeriodKnown ? period(of: index) / denominator * numerator : Self.assumedBinding
        guard let lastKeepAlive = device.lastKeepAlive, let port = device.port else {
            let peer = Endpoint(device.address, port: Self.agentPort)
            return DeviceWay(peer: peer, local: device.reached, closes: nil, lasts: lasts)
        }
        return DeviceWay(
            peer: Endpoint(device.address, port: port), local: device.reached,
            closes: lastKeepAlive + .nanoseconds(lasts), lasts: lasts)
    }

    /// The other devices that something is known of which this one says of itself, or of its other unit.
    public func contradicted(
        by received: ReceivedNotification, _ interpretation: Interpretation, of id: String
    ) -> [String] {
        let signs = DeviceSigns(
            received.notification, isKeepAlive: interpretation.kind == .keepAlive, vendor: policy.vendor,
            globals: globals)
        let indices = [
            signs.serial.flatMap { serials[$0] }, signs.peerSerial.flatMap { serials[$0] },
            signs.engineID.flatMap { engines[$0] },
        ]
        return indices.compactMap { $0.map { entries[Int($0)].device.id } }.filter { $0 != id }
    }

    /// A claim that is neither proven nor refuted.
    public func claim(_ key: String) -> BindingClaim? { claims[key] }
}

extension BindingClaim {
    /// Whether an answer from the claimed address can prove it: a port says nothing of who is behind it.
    public var isProvable: Bool { kind != .port }

    /// Whether whoever answers with these is who he claims to be; `nil` where they do not tell.
    ///
    /// - Parameter engineID: in lower-case hex digits.
    public func isProven(serial: String?, engineID: String?) -> Bool? {
        guard isProvable, let separator = key.firstIndex(of: ":") else { return nil }
        let word = key[key.index(after: separator)...]
        if key.hasPrefix("engine:") { return engineID.map { $0 == word } }
        guard let serial = serial.flatMap({ SerialNumber.normalised($0) }) else { return nil }
        if serial == word { return true }
        // Some keep-alives tell a MAC address. The vendor's serial numbers are the lower half of it; nobody promises it.
        guard let mac = UInt64(word, radix: 16), word.utf8.count == 12 else { return false }
        return UInt64(serial) == mac & 0xff_ffff ? true : nil
    }
}
