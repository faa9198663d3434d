internal import Alarms
internal import Basics
internal import SNMPWire

/// What a notification says of the one who sent it. All of it is a claim: nothing in a v1 or v2c datagram proves who
/// wrote it.
struct DeviceSigns: Sendable, Hashable {
    var serial: String?
    /// The other unit's, which an HA pair in synchrony tells in its keep-alives.
    var peerSerial: String?
    /// Lower-case hex digits.
    var engineID: String?

    init(serial: String? = nil, peerSerial: String? = nil, engineID: String? = nil) {
        self.serial = serial
        self.peerSerial = peerSerial
        self.engineID = engineID
    }

    /// RFC 3411 §5: 5 to 32 octets, not all zero and not all 0xff.
    private static let engineIDLengths = 5...32

    /// - Parameters:
    ///   - isKeepAlive: only then do the additional infos tell identities (AdditionalInfo1 the serial number or the MAC
    ///     address, AdditionalInfo3 the redundant unit's serial number).
    ///   - globals: what acBoardTrapGlobals may be spelled as.
    init(_ notification: SNMPNotification, isKeepAlive: Bool, vendor: VendorProfile, globals: ObjectPrefixes) {
        if let identity = notification.v3 { engineID = DeviceSigns.engineID(identity, notification.kind) }
        guard isKeepAlive || vendor.canonical(notification.trapOID).hasPrefix(DeviceSigns.trapDefinitions) else {
            return
        }
        var firstInfo: String?
        notification.variables.forEach(
            below: globals, arcs: isKeepAlive ? DeviceSigns.keepAliveInfos : DeviceSigns.serialNumber
        ) { number, value in
            guard case .octetString(let octets) = value else { return }
            switch number {
            case 8 where firstInfo == nil: firstInfo = SerialNumber.normalised(octets)
            case 10 where peerSerial == nil: peerSerial = SerialNumber.normalised(octets)
            case 16 where serial == nil: serial = SerialNumber.normalised(octets)
            default: break
            }
        }
        serial = serial ?? firstInfo
        if peerSerial == serial { peerSerial = nil }
    }

    /// The sender's engine: a trap's is authoritative. An inform names the receiver's, and its sender's as that of its
    /// context, as net-snmp's do; where a sender puts the receiver's there too, nothing tells it.
    private static func engineID(_ identity: V3Identity, _ kind: SNMPNotification.Kind) -> String? {
        guard kind == .inform else { return engineID(identity.engineID) }
        return identity.contextEngineID == identity.engineID ? nil : engineID(identity.contextEngineID)
    }

    static func engineID(_ octets: some Collection<UInt8>) -> String? {
        guard engineIDLengths.contains(octets.count), !octets.allSatisfy({ $0 == 0 }),
            !octets.allSatisfy({ $0 == 0xff })
        else { return nil }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: octets.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// acBoardTrapDefinitions and acBoardTrapGlobals.
    private static let trapDefinitions = VendorProfile.ownTrapRoot.appending(2)
    static func globals(_ vendor: VendorProfile) -> ObjectPrefixes {
        ObjectPrefixes(vendor.spellings(of: VendorProfile.ownTrapRoot.appending(1)))
    }
    /// Bits of the objects that are read.
    private static let serialNumber: UInt64 = 1 << 16
    private static let keepAliveInfos: UInt64 = 1 << 8 | 1 << 10 | 1 << 16
}

/// Where a datagram came from: the sender itself, or the device that a trusted relay names.
struct DevicePlace: Sendable, Hashable {
    var address: IPAddress
    /// `nil` through a relay, whose port tells nothing of the device.
    var port: UInt16?
    var reached: Endpoint

    init(address: IPAddress, port: UInt16?, reached: Endpoint) {
        self.address = address
        self.port = port
        self.reached = reached
    }

    init(_ received: ReceivedNotification, _ policy: DevicePolicy) {
        address = received.sender.address
        port = received.sender.port
        reached = received.receiver
        guard policy.isRelay(address), let named = received.notification.relayedAddress else { return }
        address = IPAddress(v4: named)
        port = nil
    }
}
