import Basics
import Glibc

/// TCP on 127.0.0.1, as little of it as the bench needs. Descriptors are the caller's to close.
enum LoopbackStream {
    /// A listening socket on a port that the kernel chooses.
    static func listen() throws -> (socket: Int32, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw BenchmarkError("no TCP socket: \(SystemError.last)") }
        var name = address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = unsafe withUnsafeMutablePointer(to: &name) { name in
            unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                unsafe bind(socket, name, length) == 0 && Glibc.listen(socket, 16) == 0
                    && getsockname(socket, name, &length) == 0
            }
        }
        guard isListening else {
            close(socket)
            throw BenchmarkError("cannot listen on TCP: \(SystemError.last)")
        }
        return (socket, UInt16(bigEndian: name.sin_port))
    }

    /// A port that was free a moment ago.
    static func freePort() throws -> UInt16 {
        let (socket, port) = try listen()
        close(socket)
        return port
    }

    /// `nil` where nobody listens.
    static func connect(to port: UInt16) -> Int32? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return nil }
        var name = address(port: port)
        let isConnected = unsafe withUnsafePointer(to: &name) { name in
            unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                unsafe Glibc.connect(socket, name, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(socket)
            return nil
        }
        return socket
    }

    /// Whether something can be read, or accepted, within the time.
    static func waitToRead(_ socket: Int32, milliseconds: Int32) -> Bool {
        var ready = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&ready, 1, milliseconds) > 0
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return name
    }
}
