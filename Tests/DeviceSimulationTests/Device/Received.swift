import DeviceSimulation
import SNMPWire

/// A device's notification as a receiver reads it.
struct Received {
    let notification: SNMPNotification

    init(_ sent: SentNotification) throws { notification = try SNMPNotification.decode(sent.payload) }

    /// acBoardTrapGlobals.
    private func value(_ number: UInt32) -> Value? {
        OID("1.3.6.1.4.1.5003.9.10.1.21.1").flatMap {
            notification.variables.value(of: $0.appending(number, 0))
        }
    }

    func integer(_ number: UInt32) -> Int32? {
        guard case .integer(let integer) = value(number) else { return nil }
        return integer
    }

    func octets(_ number: UInt32) -> [UInt8]? {
        guard case .octetString(let octets) = value(number) else { return nil }
        return Array(octets)
    }

    func text(_ number: UInt32) -> String? { octets(number).map { String(decoding: $0, as: UTF8.self) } }

    var number: Int32? { integer(5) }
    var severity: DeviceSeverity? { integer(4).flatMap(DeviceSeverity.init(rawValue:)) }
}
