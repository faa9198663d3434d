internal import Basics
internal import NIOPosix
internal import Synchronization

/// One peer of syslog over UDP. Its socket is opened when it is first needed and again after a failure. UDP tells nothing
/// of a datagram's fate except that the peer's host answered that nobody listens (ICMP), which is taken as unreachable.
///
/// A name is looked up at each opening, and from time to time beside the sending: a peer may move.
final class DatagramPeer: Sendable {
    /// What one IPv4 datagram can carry: 65,535 octets less the headers of IP and UDP.
    static let payloadLimit = 65_507
    /// How long a name's address is taken for good. A resolver keeps it for as long as it may, so that this costs little.
    static let lookUpInterval = Duration.seconds(60)
    /// How long the kernel may have no room for a datagram: a second of a slow line's queue.
    static let roomTimeout = Duration.seconds(5)

    /// Asked on a thread that may block.
    typealias LookUp = @Sendable (_ host: String, _ port: UInt16) -> [DatagramSocket.Address]

    private struct State {
        var socket: DatagramSocket?
        var lookedUp = ContinuousClock.now
        var isLookingUp = false
    }

    private let host: String
    private let port: UInt16
    private let lookUpInterval: Duration
    private let lookUp: LookUp
    private let state = Mutex(State())

    init(
        host: String, port: UInt16, lookUpInterval: Duration = lookUpInterval,
        lookUp: @escaping LookUp = { DatagramSocket.Address.all(of: $0, $1) }
    ) {
        self.host = host
        self.port = port
        self.lookUpInterval = lookUpInterval
        self.lookUp = lookUp
    }

    /// Sends each of `payloads` as one datagram and looks whether the peer refused any.
    func send(_ payloads: [[UInt8]]) async throws(DeliveryFailure) {
        let socket = try await open()
        lookUpIfDue()
        let deadline = ContinuousClock.now + Self.roomTimeout
        var rest = payloads[...]
        while !rest.isEmpty {
            do throws(SystemError) {
                let sent = try socket.send(rest)
                rest = rest.dropFirst(sent)
                if sent > 0 { continue }
            } catch {
                throw failure(error)
            }
            guard ContinuousClock.now < deadline else {
                throw DeliveryFailure(.timeout, "\(place): the network takes no datagrams")
            }
            try? await Task.sleep(for: .milliseconds(1))
        }
        if let refusal = socket.takeRefusal() { throw failure(refusal) }
    }

    /// Opens the socket, if none is open: the host's name is looked up and a route to it found.
    @discardableResult
    func open() async throws(DeliveryFailure) -> DatagramSocket {
        if let socket = state.withLock({ $0.socket }) { return socket }
        var failure = DeliveryFailure(.unreachable, "\(place): the name was not found")
        for address in await addresses() {
            do throws(SystemError) {
                let socket = try DatagramSocket(to: address)
                state.withLock { ($0.socket, $0.lookedUp) = (socket, .now) }
                return socket
            } catch {
                failure = self.failure(error)
            }
        }
        throw failure
    }

    func close() async {
        state.withLock { $0.socket = nil }
    }

    /// The address that is known serves until another is found in its place.
    private func lookUpIfDue() {
        let isDue = state.withLock { state in
            guard !state.isLookingUp, state.lookedUp.duration(to: .now) >= lookUpInterval else { return false }
            state.isLookingUp = true
            return true
        }
        guard isDue else { return }
        Task {
            let addresses = await addresses()
            state.withLock { state in
                (state.isLookingUp, state.lookedUp) = (false, .now)
                // Of several addresses the one in use stays, whatever order they come in.
                guard let socket = state.socket, let first = addresses.first, !addresses.contains(socket.address)
                else { return }
                if let moved = try? DatagramSocket(to: first) { state.socket = moved }
            }
        }
    }

    private func addresses() async -> [DatagramSocket.Address] {
        let found = try? await NIOThreadPool.singleton.runIfActive { [lookUp, host, port] in lookUp(host, port) }
        return found ?? []
    }

    /// The next delivery begins with a new socket and a new look at the name.
    private func failure(_ error: SystemError) -> DeliveryFailure {
        state.withLock { $0.socket = nil }
        return DeliveryFailure(.unreachable, "\(place): \(error)")
    }

    private var place: String {
        host.contains(":") ? "udp://[\(host)]:\(port)" : "udp://\(host):\(port)"
    }
}
