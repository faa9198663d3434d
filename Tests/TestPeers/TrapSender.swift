internal import Foundation
internal import Synchronization

/// Sends numbered traps from one socket: nobody answers them, and each is sent once.
public final class TrapSender: Sendable {
    private struct State {
        var sent: Int32 = 0
        var isEnding = false
        var hasEnded = false
    }

    private let descriptor: Int32
    private let port: UInt16
    private let first: Int32
    private let state = Mutex(State())

    /// - Parameter first: The first trap's number, less 1, so that several senders' numbers can be told apart.
    public init(port: UInt16, after first: Int32 = 0) throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Command.Failure(description: "no UDP socket: errno \(errno)") }
        self.port = port
        self.first = first
    }

    deinit { close(descriptor) }

    /// How many were sent so far: the server's kernel has all of them, or has counted them as dropped.
    public var sent: Int32 { state.withLock { $0.sent } }

    /// The numbers sent so far.
    public var numbers: Set<Int32> { Set((0..<sent).map { first + 1 + $0 }) }

    /// Sends so many more.
    public func send(_ count: Int) throws {
        for _ in 0..<count { try sendOne() }
    }

    /// Sends on a thread of its own, some each millisecond, until `stop`.
    public func begin(perMillisecond: Int) {
        let thread = Thread { [self] in
            while !state.withLock({ $0.isEnding }) {
                for _ in 0..<perMillisecond { try? sendOne() }
                usleep(1_000)
            }
            state.withLock { $0.hasEnded = true }
        }
        thread.name = "trap sender"
        thread.start()
    }

    public func stop() {
        state.withLock { $0.isEnding = true }
        _ = Poll.until { state.withLock { $0.hasEnded } }
    }

    private func sendOne() throws {
        try state.withLock { state in
            let trap = NumberedNotification(trap: first + state.sent + 1, uptime: UInt32(state.sent))
            guard LoopbackDatagram.send(trap.octets, from: descriptor, to: port) else {
                throw Command.Failure(description: "a trap could not be sent: errno \(errno)")
            }
            state.sent += 1
        }
    }
}
