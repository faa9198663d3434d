import Foundation
import TestPeers

/// A UDP socket on 127.0.0.1 that real senders are pointed at.
final class DatagramCatcher {
    struct Caught {
        var octets: [UInt8]
        fileprivate var sender: sockaddr_in
    }

    private let descriptor: Int32
    let port: UInt16

    init() throws {
        let port = try Ports.free()
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Command.Failure(description: "no UDP socket: errno \(errno)") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let bound = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { bind(descriptor, $0.baseAddress, socklen_t(bytes.count)) }
        }
        guard bound == 0 else {
            close(descriptor)
            throw Command.Failure(description: "127.0.0.1:\(port) cannot be bound: errno \(errno)")
        }
        self.port = port
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The next datagram; `nil` where none comes for so long.
    func next(milliseconds: Int32 = 10_000) -> Caught? {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, milliseconds) == 1 else { return nil }
        var octets = [UInt8](repeating: 0, count: 65_536)
        var sender = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = withUnsafeMutableBytes(of: &sender) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                recvfrom(descriptor, &octets, octets.count, 0, $0.baseAddress, &length)
            }
        }
        guard count >= 0 else { return nil }
        return Caught(octets: Array(octets[..<count]), sender: sender)
    }

    /// Sends to a server on 127.0.0.1 and waits for its answer.
    func ask(_ octets: [UInt8], port: UInt16, milliseconds: Int32 = 10_000) -> [UInt8]? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        answer(Caught(octets: [], sender: address), octets)
        return next(milliseconds: milliseconds)?.octets
    }

    func answer(_ caught: Caught, _ octets: [UInt8]) {
        var sender = caught.sender
        _ = withUnsafeBytes(of: &sender) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                sendto(descriptor, octets, octets.count, 0, $0.baseAddress, socklen_t(bytes.count))
            }
        }
    }
}
