import Basics
import DeviceSimulation
import Foundation

/// Captures as a packet tool writes them.
enum CaptureFile {
    /// Classic pcap of raw IPv4 packets, from a device's port 161 to port 162 of 10.0.0.1.
    static func pcap(_ sent: [SentNotification], from sender: String) -> Data {
        var file = Data()
        func append(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.littleEndian) { file.append(contentsOf: $0) }
        }
        append(UInt32(0xa1b2_c3d4))
        append(UInt16(2))
        append(UInt16(4))
        append(UInt64(0))
        append(UInt32(65_535))
        // LINKTYPE_RAW
        append(UInt32(101))
        let from = Endpoint(IPAddress(sender) ?? IPAddress(v4: 0), port: 161)
        for notification in sent {
            let packet = packet(notification.payload, from: from)
            append(UInt32(notification.time.seconds))
            append(UInt32(notification.time.fraction / 1_000))
            append(UInt32(packet.count))
            append(UInt32(packet.count))
            file.append(contentsOf: packet)
        }
        return file
    }

    private static func packet(_ payload: [UInt8], from sender: Endpoint) -> [UInt8] {
        let length = 28 + payload.count
        let header: [UInt8] = [
            0x45, 0, UInt8(length >> 8), UInt8(length & 0xff), 0, 0, 0x40, 0, 64, 17, 0, 0,
        ]
        let udp: [UInt8] = [
            UInt8(sender.port >> 8), UInt8(sender.port & 0xff), 0, 162, UInt8((length - 20) >> 8),
            UInt8((length - 20) & 0xff), 0, 0,
        ]
        return header + sender.address.octets + [10, 0, 0, 1] + udp + payload
    }
}
