public import Basics

/// Many simulated devices, each at an address of its own, and the path that their datagrams take.
///
/// Like a device it has no sockets and no clock: calls say when they happen, in the order of their times.
public struct SimulatedFleet: Sendable {
    /// A notification as it reaches the receiver.
    public struct Arrival: Sendable, Hashable {
        public var time: Timestamp
        /// The device's place in ``devices``.
        public var device: Int
        public var sender: IPAddress
        public var channel: SentNotification.Channel
        public var payload: [UInt8]
    }

    public private(set) var devices: [SimulatedDevice] = []
    public private(set) var addresses: [IPAddress] = []
    /// What becomes of the devices' notifications; requests and responses are not touched by it.
    public var path: UnreliablePath
    private var places: [IPAddress: Int] = [:]
    /// When to look at which device; an entry holds as long as `scheduled` says the same.
    private var agenda = TimedQueue<Int>()
    private var scheduled: [Timestamp?] = []
    private var onTheirWay = TimedQueue<Arrival>()

    public init(path: UnreliablePath = .perfect) {
        self.path = path
    }

    /// Gives the device's place. An address that is taken is taken over.
    @discardableResult
    public mutating func add(_ device: SimulatedDevice, at address: IPAddress) -> Int {
        devices.append(device)
        addresses.append(address)
        let place = devices.count - 1
        places[address] = place
        scheduled.append(nil)
        schedule(place)
        return place
    }

    /// The place of the device that has this address.
    public func place(of address: IPAddress) -> Int? { places[address] }

    /// The device gets another address, as behind a NAT whose binding changed.
    public mutating func move(_ device: Int, to address: IPAddress) {
        // Another may have got its address meanwhile.
        if places[addresses[device]] == device { places[addresses[device]] = nil }
        addresses[device] = address
        places[address] = device
    }

    /// Something happens to one device; what it sends is on its way then.
    ///
    ///     fleet.change(3, at: now) { $0.raise(.ethernetLink(1), at: now) }
    public mutating func change(
        _ device: Int, at time: Timestamp, _ body: (inout SimulatedDevice) -> [SentNotification]
    ) {
        // What was due by itself came first.
        let sent = devices[device].advance(to: time) + body(&devices[device])
        dispatch(sent, from: device)
        schedule(device)
    }

    /// Lets time pass: gives what arrives up to `time`, in the order of arrival.
    public mutating func advance(to time: Timestamp) -> [Arrival] {
        while let (due, place) = agenda.pop(by: time) {
            guard scheduled[place] == due else { continue }
            scheduled[place] = nil
            dispatch(devices[place].advance(to: time), from: place)
            schedule(place)
        }
        var arrivals: [Arrival] = []
        while let (_, arrival) = onTheirWay.pop(by: time) { arrivals.append(arrival) }
        return arrivals
    }

    /// When something happens next by itself; `nil` if never.
    public var nextDue: Timestamp? {
        switch (agenda.nextDue, onTheirWay.nextDue) {
        case (let agenda?, let arrival?): min(agenda, arrival)
        case (let agenda, let arrival): agenda ?? arrival
        }
    }

    /// What the device at an address answers to a datagram; `nil` for nothing.
    public mutating func answer(_ datagram: [UInt8], to address: IPAddress, at time: Timestamp) -> [UInt8]? {
        guard let place = places[address] else { return nil }
        return devices[place].answer(datagram, at: time)
    }

    private mutating func schedule(_ place: Int) {
        let next = devices[place].nextDue
        guard next != scheduled[place] else { return }
        scheduled[place] = next
        if let next { agenda.insert(place, due: next) }
    }

    private mutating func dispatch(_ sent: [SentNotification], from place: Int) {
        for notification in sent {
            for time in path.arrivals(of: notification.time) {
                onTheirWay.insert(
                    Arrival(
                        time: time, device: place, sender: addresses[place], channel: notification.channel,
                        payload: notification.payload),
                    due: time)
            }
        }
    }
}
