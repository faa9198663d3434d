internal import Glibc
internal import Synchronization

/// Free ports on the loopback address.
public enum Ports {
    private static let given = Mutex<Set<UInt16>>([])

    /// A port that nothing uses for UDP or TCP at this moment, and that no other test of this process was given.
    /// (The kernel hands out ephemeral ports in a wide range at random, so that another program's taking it between
    /// this call and the server's bind is not seen in practice.)
    public static func free() throws -> UInt16 {
        for _ in 0..<100 {
            guard let port = try? boundPort(type: SOCK_STREAM, port: 0),
                (try? boundPort(type: SOCK_DGRAM, port: port)) != nil
            else { continue }
            if given.withLock({ $0.insert(port).inserted }) { return port }
        }
        throw Command.Failure(description: "no free port was found on 127.0.0.1")
    }

    /// Whether something accepts connections on this TCP port of 127.0.0.1.
    public static func isListening(_ port: UInt16) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var address = loopback(port)
        return withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                connect(socket, $0.baseAddress, socklen_t(bytes.count)) == 0
            }
        }
    }

    private static func boundPort(type: __socket_type, port: UInt16) throws -> UInt16 {
        let socket = Glibc.socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Command.Failure(description: "no socket: errno \(errno)") }
        defer { close(socket) }
        var address = loopback(port)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutableBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                bind(socket, $0.baseAddress, length) == 0 && getsockname(socket, $0.baseAddress, &length) == 0
            }
        }
        guard bound else { throw Command.Failure(description: "port \(port) is taken") }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
