import Foundation
import Synchronization
import TestPeers

/// A loopback UDP socket that keeps what it gets: the far end of a debug-recording sink.
final class UDPCollector: Sendable {
    let port: UInt16
    private let descriptor: Int32
    private let received = Mutex<[[UInt8]]>([])

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 ? getsockname(descriptor, generic, &length) : -1
            }
        }
        guard result == 0 else { throw Command.Failure(description: "no UDP socket on loopback: errno \(errno)") }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        close(descriptor)
    }

    /// What came so far, after waiting until it is at least `count` datagrams, or a bound.
    func datagrams(atLeast count: Int) -> [[UInt8]] {
        _ = Poll.until {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let length = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if length >= 0 { received.withLock { $0.append(Array(buffer[..<length])) } }
            return received.withLock { $0.count } >= count
        }
        return received.withLock { $0 }
    }
}
