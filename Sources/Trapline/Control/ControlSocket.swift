import Basics
import CStream
import Glibc

/// A Unix stream socket: the server's end that listens in its data folder, or one end of a connection.
final class ControlSocket: Sendable {
    /// The socket's name within the data folder.
    static let name = "control"
    /// Ten thousand events' numbers, the most that a list of dead letters holds, and room to spare.
    static let longestLine = 1_024 * 1_024
    /// How long the other end may keep us waiting for a line, in seconds: a request is journaled before it is answered.
    static let patience = 15
    /// More than a person's commands and a script's.
    private static let backlog: Int32 = 16

    let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Listens in `folder`, for this user alone. What another server left there is removed: the caller holds the
    /// folder's lock.
    static func listen(in folder: String) throws(SystemError) -> ControlSocket {
        let made = try make()
        // Before it has a name, so that nobody can connect in between.
        guard fchmod(made.descriptor, 0o600) == 0 else { throw SystemError.last }
        try unsafe withAddress(in: folder) { (address, length) throws(SystemError) in
            unsafe unlink(folder + "/" + name)
            guard unsafe bind(made.descriptor, address, length) == 0 else { throw SystemError.last }
        }
        guard unsafe chmod(folder + "/" + name, 0o600) == 0, Glibc.listen(made.descriptor, backlog) == 0 else {
            throw SystemError.last
        }
        return made
    }

    /// Connects to the server on `folder`. `nil` where none listens.
    static func connect(to folder: String) throws(SystemError) -> ControlSocket? {
        let made = try make()
        made.limitWaiting()
        do throws(SystemError) {
            try unsafe withAddress(in: folder) { (address, length) throws(SystemError) in
                guard unsafe Glibc.connect(made.descriptor, address, length) == 0 else { throw SystemError.last }
            }
        } catch {
            if error.number == ENOENT || error.number == ECONNREFUSED { return nil }
            throw error
        }
        return made
    }

    /// The next connection; `nil` once the socket was shut down.
    func accept() -> ControlSocket? {
        while true {
            let accepted = stream_accept(descriptor)
            if accepted >= 0 {
                let connection = ControlSocket(accepted)
                connection.limitWaiting()
                return connection
            }
            // A connection that ended while it waited, or a lack of descriptors, concerns one client.
            let number = errno
            if number == EINVAL || number == EBADF { return nil }
            if number != ECONNABORTED && number != EINTR { usleep(100_000) }
        }
    }

    /// Ends `accept`.
    func shutDown() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Ends `readLine`; an answer can still be written.
    func stopReading() {
        shutdown(descriptor, Int32(SHUT_RD))
    }

    /// One line without its end; `nil` where the other end sends none in time, or one that is too long.
    func readLine() -> [UInt8]? {
        var line: [UInt8] = []
        // For the whole line: each call has a limit of its own, and an octet now and then would never reach it.
        let deadline = ContinuousClock.now + .seconds(Self.patience)
        while line.count < Self.longestLine, ContinuousClock.now < deadline {
            var piece = [UInt8](repeating: 0, count: 16_384)
            let count = unsafe piece.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return nil }
            if let end = piece[..<count].firstIndex(of: UInt8(ascii: "\n")) { return line + piece[..<end] }
            line += piece[..<count]
        }
        return nil
    }

    /// Whether all of `octets` could be sent.
    func write(_ octets: [UInt8]) -> Bool {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// The user at the other end, as the kernel knows it.
    var peerUser: UInt32? {
        // struct ucred: process, user, group.
        var credentials: (Int32, UInt32, UInt32) = (0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: credentials))
        let result = unsafe getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length)
        return result == 0 ? credentials.1 : nil
    }

    // MARK: - Making

    private static func make() throws(SystemError) -> ControlSocket {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError.last }
        return ControlSocket(descriptor)
    }

    private func limitWaiting() {
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            unsafe setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    /// Calls `body` with the address of the folder's socket. A path that is longer than an address takes (108 octets,
    /// unix(7)) is named through a descriptor of the folder.
    private static func withAddress(
        in folder: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> Void
    ) throws(SystemError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        var path = folder + "/" + name
        var held: Int32 = -1
        defer { if held >= 0 { close(held) } }
        if path.utf8.count > room {
            held = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard held >= 0 else { throw SystemError.last }
            path = "/proc/self/fd/\(held)/\(name)"
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        var failure: SystemError?
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                do throws(SystemError) {
                    try unsafe body(generic, socklen_t(MemoryLayout<sockaddr_un>.size))
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
    }
}
