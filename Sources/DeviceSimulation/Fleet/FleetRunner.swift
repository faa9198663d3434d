public import Basics
internal import Foundation
internal import Synchronization

/// A fleet on the wire, by the wall clock: it sends its devices' notifications to a receiver, each from the device's own
/// address, and answers what is asked of them.
public final class FleetRunner: Sendable {
    /// What went over the wire so far.
    public struct Counts: Sendable, Hashable {
        public var traps = 0
        public var keepAlives = 0
        /// Notifications that the kernel did not take.
        public var failed = 0
        public var requests = 0
        public var responses = 0
    }

    private struct State {
        var fleet: SimulatedFleet
        var counts = Counts()
    }

    private enum Threading { case none, running, ending, ended }

    private let socket: FleetSocket
    private let traps: Endpoint
    private let keepAlives: Endpoint
    private let state: Mutex<State>
    private let threading = Mutex(Threading.none)

    /// How long the socket is waited for at a time, in milliseconds: what a change or a stop from elsewhere waits for.
    private static let longestWait: Int64 = 20

    /// - Parameters:
    ///   - port: of the devices, which they send from and answer at; 0 for one that is free.
    ///   - traps: where they send traps to, and keep-alives unless these have a receiver of their own.
    /// - Throws: where the port cannot be bound: 161 needs CAP_NET_BIND_SERVICE.
    public init(
        _ fleet: SimulatedFleet, port: UInt16 = 161, traps: Endpoint, keepAlives: Endpoint? = nil
    ) throws(SystemError) {
        socket = try FleetSocket(port: port)
        self.traps = traps
        self.keepAlives = keepAlives ?? traps
        state = Mutex(State(fleet: fleet))
    }

    /// The devices' port.
    public var port: UInt16 { socket.port }

    public var counts: Counts { state.withLock { $0.counts } }

    /// The fleet as it is now.
    public var fleet: SimulatedFleet { state.withLock { $0.fleet } }

    /// Has something happen to the fleet, now.
    public func change(_ body: (inout SimulatedFleet, _ now: Timestamp) -> Void) {
        state.withLock { body(&$0.fleet, .now) }
    }

    /// One turn: sends what is due, answers what was asked, and waits for the next, at most 20 ms.
    public func turn() {
        let now = Timestamp.now
        let due = state.withLock { state in
            for arrival in state.fleet.advance(to: now) { send(arrival, &state.counts) }
            return state.fleet.nextDue
        }
        let milliseconds = due.map { ($0.nanoseconds(since: now) + 999_999) / 1_000_000 } ?? Self.longestWait
        socket.wait(milliseconds: Int32(min(max(0, milliseconds), Self.longestWait)))
        state.withLock { state in
            let served = socket.serve { state.fleet.answer($0, to: $1, at: .now) }
            state.counts.requests += served.received
            state.counts.responses += served.answered
        }
    }

    /// Runs on a thread of its own until `stop`; for tests.
    public func start() {
        threading.withLock { $0 = .running }
        let thread = Thread { [self] in
            while threading.withLock({ $0 == .running }) { turn() }
            threading.withLock { $0 = .ended }
        }
        thread.name = "fleet"
        thread.start()
    }

    /// Ends the thread; returns when it is gone.
    public func stop() {
        let isRunning = threading.withLock { threading in
            guard threading == .running else { return false }
            threading = .ending
            return true
        }
        guard isRunning else { return }
        // A turn takes some tens of milliseconds.
        while threading.withLock({ $0 != .ended }) { usleep(1_000) }
    }

    private func send(_ arrival: SimulatedFleet.Arrival, _ counts: inout Counts) {
        let receiver = arrival.channel == .keepAlives ? keepAlives : traps
        guard socket.send(arrival.payload, from: arrival.sender, to: receiver) == nil else {
            counts.failed += 1
            return
        }
        if arrival.channel == .keepAlives { counts.keepAlives += 1 } else { counts.traps += 1 }
    }
}
