internal import Alarms
internal import Basics
public import Devices
public import SNMPWire

/// What the inventory finds out about devices, as notifications of the server's own MIB: they rise, clear and go their
/// ways by rules as any other.
extension OwnFacts {
    /// The third keep-alive in a row of a device is missing.
    public static let connectionLost = notifications.appending(25)
    public static let connectionRestored = notifications.appending(26)
    /// The device's own alarm ends, since its site's stands for it.
    public static let connectionCovered = notifications.appending(23)
    /// All devices of a site are silent.
    public static let siteLost = notifications.appending(27)
    public static let siteRestored = notifications.appending(28)
    /// A site that was silent has no devices any more that are watched.
    public static let siteEmptied = notifications.appending(24)
    /// Somebody claims to be a device, and nothing proves it.
    public static let bindingDisputed = notifications.appending(29)
    /// A name service knows a device's address by a name: no event, since there is one for every device.
    public static let deviceNameFound = notifications.appending(30)
    public static let deviceMoved = notifications.appending(31)
    public static let switchedOver = notifications.appending(32)

    /// `traplineDeviceLastSeen.0`, and so on.
    private static let deviceLastSeen = root.appending(2, 30, 0)
    private static let siteName = root.appending(2, 31, 0)
    private static let siteDevices = root.appending(2, 32, 0)
    private static let claim = root.appending(2, 33, 0)
    private static let claimAddress = root.appending(2, 34, 0)
    private static let formerAddress = root.appending(2, 35, 0)
    private static let activeSerial = root.appending(2, 36, 0)
    private static let standbySerial = root.appending(2, 37, 0)
    private static let deviceAddress = root.appending(2, 38, 0)
    private static let foundName = root.appending(2, 39, 0)

    /// `nil` for what is no notification: that a device is known by another identity now changes what its alarms are
    /// filed under.
    static func fact(_ news: DeviceNews) -> SNMPNotification? {
        switch news.kind {
        case .connectionLost(let lastSeen):
            fact(connectionLost, [words(deviceLastSeen, lastSeen.toTheSecond)])
        case .connectionRestored:
            fact(connectionRestored, [])
        case .covered:
            fact(connectionCovered, [])
        case .siteLost(let devices):
            fact(siteLost, [words(siteName, news.device.name), count(siteDevices, devices)])
        case .siteRestored(let missing):
            fact(siteRestored, [words(siteName, news.device.name), count(siteDevices, missing)])
        case .siteEmptied:
            fact(siteEmptied, [words(siteName, news.device.name)])
        case .bindingDisputed(let disputed):
            fact(
                bindingDisputed,
                [words(claim, disputed.words), words(claimAddress, disputed.address.description)])
        case .moved(let address):
            fact(deviceMoved, [words(formerAddress, address.description)])
        case .switchedOver(let serial, let previous):
            fact(switchedOver, [words(activeSerial, serial), words(standbySerial, previous)])
        case .identified:
            nil
        }
    }

    /// What a name service knows of a device's address, as it is journaled.
    public static func nameFound(_ name: String, for device: DeviceInventory.Nameless) -> [VariableBinding] {
        [words(deviceIdentity, device.id), words(deviceAddress, device.address.description), words(foundName, name)]
    }

    static func nameFound(in fact: SNMPNotification) -> (name: String, device: DeviceInventory.Nameless)? {
        guard fact.trapOID == deviceNameFound, let id = words(deviceIdentity, in: fact),
            let address = words(deviceAddress, in: fact).flatMap({ IPAddress($0) }),
            let name = words(foundName, in: fact)
        else { return nil }
        return (name, DeviceInventory.Nameless(id: id, address: address))
    }

    private static func fact(_ notification: OID, _ variables: [VariableBinding]) -> SNMPNotification {
        SNMPNotification(version: .v2c, trapOID: notification, uptime: 0, variables: VariableBindings(variables))
    }

    private static func words(_ name: OID, _ text: String) -> VariableBinding {
        VariableBinding(name: name, value: .octetString(ArraySlice(text.utf8)))
    }

    private static func count(_ name: OID, _ count: Int) -> VariableBinding {
        VariableBinding(name: name, value: .gauge32(UInt32(clamping: count)))
    }
}

extension BindingClaim {
    /// What is claimed, as operators read it: a serial number, an engine ID, or another unit's serial number.
    fileprivate var words: String {
        peerSerial.map { "\(key) with \($0)" } ?? key
    }
}
