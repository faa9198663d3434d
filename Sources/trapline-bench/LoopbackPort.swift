import Basics
import CDatagram

/// Ports on 127.0.0.1 for receivers that must be told one.
enum LoopbackPort {
    static let address = IPAddress(v4: 0x7f00_0001)

    /// A port that was free a moment ago.
    static func free() throws -> UInt16 {
        let socket = try bind(0)
        defer { datagram_close(socket) }
        return try port(of: socket)
    }

    /// A socket that asks the kernel for nothing but datagrams. The caller closes it.
    static func bind(_ port: UInt16) throws -> Int32 {
        var local = datagram_endpoint(high: 0, low: 0x7f00_0001, scope: 0, port: port, family: 4)
        let socket = unsafe datagram_open_bare(&local)
        guard socket >= 0 else { throw BenchmarkError("no socket on port \(port): \(SystemError(-socket))") }
        return socket
    }

    static func port(of socket: Int32) throws -> UInt16 {
        var local = datagram_endpoint()
        let result = unsafe datagram_local_endpoint(socket, &local)
        guard result >= 0 else { throw BenchmarkError("a socket without a port: \(SystemError(-result))") }
        return local.port
    }
}
