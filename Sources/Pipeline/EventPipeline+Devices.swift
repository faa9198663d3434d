internal import Alarms
internal import Basics
public import Devices
internal import Resynchronisation
internal import SNMPWire

/// What the inventory makes known: lost and restored connections, silent sites, who moved and who is in dispute.
extension EventPipeline {
    /// Whose notification this is; what it makes known of its device is told before the notification itself.
    mutating func identify(
        _ received: ReceivedNotification, _ interpretation: Interpretation, _ draft: inout BatchDraft
    ) -> EventDevice {
        let (device, news) = devices.identify(
            received, by: interpretation, isAuthenticated: received.notification.v3?.isAuthenticated ?? false)
        for news in news { tell(news, &draft) }
        if interpretation.kind == .keepAlive, let wish = versionWish(received.notification) {
            for case .bindingDisputed(let claim) in news.lazy.map(\.kind) { syncs.note(wish, ofClaim: claim.key) }
        }
        return device
    }

    mutating func tell(_ news: DeviceNews, _ draft: inout BatchDraft) {
        switch news.kind {
        case .identified(let previous):
            move(previous, to: news.device, at: news.time, &draft)
        case .switchedOver(let serial, _):
            boots.takeOver(BootUnit(device: news.device.id, serial: serial))
            alarms.forgetOrder(of: news.device.id)
            syncs.wish(.switchOver, of: news.device.id, at: news.time)
        case .bindingDisputed(let claim):
            question(claim, at: news.time)
        default:
            break
        }
        guard let fact = OwnFacts.fact(news) else { return }
        apply(fact, of: news.device, at: news.time, &draft)
    }

    /// What another configuration says of devices that are known.
    mutating func takePolicy(_ draft: inout BatchDraft) {
        guard snapshot.devices != devices.policy else { return }
        let before = alarms.devices.sorted().compactMap { devices.eventDevice($0) }
        for news in devices.take(snapshot.devices) { tell(news, &draft) }
        for device in before { retell(device) }
    }

    /// What stands of a device is listed, silenced and told again as what the device is now.
    /// - Parameter before: as it was.
    mutating func retell(_ before: EventDevice) {
        guard let now = devices.eventDevice(before.id), now != before else { return }
        alarms.take(now)
    }

    /// What a device told of itself when it was asked, or a name service of it.
    mutating func learn(
        _ id: String, product: String? = nil, softwareVersion: String? = nil, foundName: String? = nil
    ) {
        guard let before = devices.eventDevice(id) else { return }
        _ = devices.learn(id, product: product, softwareVersion: softwareVersion, foundName: foundName)
        retell(before)
    }

    /// Devices whose name somebody should find, at most so many; what is found comes back through the journal.
    public mutating func takeNamelessDevices(_ limit: Int) -> [DeviceInventory.Nameless] {
        devices.takeNameless(limit)
    }

    /// A name was found; the device may have another address by now, or be known no more.
    mutating func note(_ name: String, of device: DeviceInventory.Nameless) {
        guard devices.device(device.id)?.address == device.address else { return }
        learn(device.id, foundName: name)
    }

    /// A device by its identity, as events name it.
    func eventDevice(_ id: String) -> EventDevice {
        // Where the inventory is full, the identity is the address.
        devices.eventDevice(id) ?? EventDevice(id: id, name: id, address: IPAddress(id) ?? IPAddress(v4: 0))
    }
}
