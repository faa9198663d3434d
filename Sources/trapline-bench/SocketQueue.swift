import Foundation

/// What the kernel tells of an IPv4 UDP socket of any process: how full its receive buffer is and what it has dropped.
/// A receiver can be paced by it without its help.
struct SocketQueue {
    /// Octets that wait, the kernel's own bookkeeping included.
    let waiting: Int
    /// Datagrams dropped for want of room.
    let drops: Int

    /// What may wait when the next burst goes out. A datagram takes about 1.3 kB of buffer, so that a burst of 64 and
    /// this still fit into the kernel's default of 208 KiB, which a receiver that asks for no more has.
    static let room = 48 * 1_024

    /// Of all sockets of the port together; `nil` if nothing is bound to it on 127.0.0.1.
    init?(port: UInt16) {
        let digits = String(port, radix: 16, uppercase: true)
        let local = "0100007F:" + String(repeating: "0", count: 4 - digits.count) + digits
        guard let table = try? String(contentsOfFile: "/proc/net/udp", encoding: .utf8) else { return nil }
        var sums: (waiting: Int, drops: Int)?
        for line in table.split(separator: "\n") {
            // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode ref pointer drops
            let fields = line.split(separator: " ")
            guard fields.count >= 13, fields[1] == local else { continue }
            guard let received = fields[4].split(separator: ":").last, let waiting = Int(received, radix: 16),
                let drops = Int(fields[12])
            else { return nil }
            sums = (waiting + (sums?.waiting ?? 0), drops + (sums?.drops ?? 0))
        }
        guard let sums else { return nil }
        (waiting, drops) = sums
    }
}
