internal import Foundation
internal import Synchronization

/// Sends numbered informs from one socket and repeats each as `snmpinform` does, octet for octet, until it is
/// acknowledged or the tries are used up; many are under way at once.
public final class InformSender: Sendable {
    public struct Settings: Sendable {
        /// New informs a second at most; repeats come on top.
        public var perSecond = 400.0
        /// Until an inform is sent again, in seconds. `snmpinform` waits for 1 s.
        public var timeout = 0.15
        /// How often it is sent again before it is given up. `snmpinform` does it 5 times.
        public var retries = 5
        /// How many may wait for their acknowledgement at once.
        public var window = 64

        public init() {}
    }

    /// What became of what was sent.
    public struct Tally: Sendable {
        /// The numbers from 1 to this one were sent.
        public var sent: Int32 = 0
        public var acknowledged: Set<Int32> = []
        /// Those whose tries were used up: whether they arrived is not known.
        public var givenUp: Set<Int32> = []
        public var repeats = 0
        /// Datagrams that came back and answer nothing that was asked.
        public var strangeAnswers = 0
        public var outstanding = 0
    }

    private struct Outstanding {
        let notification: NumberedNotification
        var tries = 1
        var sentAt: Double
    }

    private struct State {
        var tally = Tally()
        var outstanding: [Int32: Outstanding] = [:]
        /// By the octets of the answer.
        var expected: [[UInt8]: Int32] = [:]
        var isPaused = false
        var isEnding = false
        var hasEnded = false
        /// New informs that may be sent now, by the rate.
        var allowance = 0.0
        var lastLook = 0.0
    }

    private let descriptor: Int32
    private let settings: Settings
    private let port: UInt16
    private let start = InformSender.now
    private let state = Mutex(State())

    /// Begins to send to 127.0.0.1, this port.
    public init(port: UInt16, settings: Settings = Settings()) throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw Command.Failure(description: "no UDP socket: errno \(errno)") }
        self.settings = settings
        self.port = port
        state.withLock { $0.lastLook = start }
        let thread = Thread { [self] in run() }
        thread.name = "inform sender"
        thread.start()
    }

    deinit { close(descriptor) }

    public var tally: Tally {
        state.withLock { state in
            var tally = state.tally
            tally.outstanding = state.outstanding.count
            return tally
        }
    }

    /// Sends nothing new; repeats go on.
    public func pause() { state.withLock { $0.isPaused = true } }

    public func resume() { state.withLock { $0.isPaused = false } }

    /// Sends nothing new and waits until every inform is acknowledged or given up; `false` where that takes too long.
    public func settle(seconds: Double = 60) -> Bool {
        pause()
        return Poll.until(seconds: seconds) { tally.outstanding == 0 }
    }

    /// Ends the thread; what is outstanding stays so.
    public func stop() {
        state.withLock { $0.isEnding = true }
        _ = Poll.until { state.withLock { $0.hasEnded } }
    }

    // MARK: - On the thread

    private func run() {
        var isEnding = false
        while !isEnding {
            var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&ready, 1, 2)
            isEnding = state.withLock { state in
                takeAnswers(&state)
                let now = Self.now
                repeatOld(&state, now)
                sendNew(&state, now)
                return state.isEnding
            }
        }
        state.withLock { $0.hasEnded = true }
    }

    private func takeAnswers(_ state: inout State) {
        var buffer = [UInt8](repeating: 0, count: 1_500)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            // A server that is down makes the socket tell of it once, in place of an answer.
            guard count > 0 else { return }
            if let number = state.expected.removeValue(forKey: Array(buffer[..<count])) {
                state.outstanding[number] = nil
                state.tally.acknowledged.insert(number)
            } else if state.tally.repeats == 0 {
                // Once something was repeated a second answer is in order.
                state.tally.strangeAnswers += 1
            }
        }
    }

    private func repeatOld(_ state: inout State, _ now: Double) {
        for (number, inform) in state.outstanding where now - inform.sentAt >= settings.timeout {
            guard inform.tries <= settings.retries else {
                state.outstanding[number] = nil
                state.expected[inform.notification.response] = nil
                state.tally.givenUp.insert(number)
                continue
            }
            send(inform.notification)
            state.outstanding[number]?.tries += 1
            state.outstanding[number]?.sentAt = now
            state.tally.repeats += 1
        }
    }

    private func sendNew(_ state: inout State, _ now: Double) {
        state.allowance = min(Double(settings.window), state.allowance + (now - state.lastLook) * settings.perSecond)
        state.lastLook = now
        while !state.isPaused, !state.isEnding, state.allowance >= 1, state.outstanding.count < settings.window {
            state.allowance -= 1
            state.tally.sent += 1
            let uptime = UInt32(truncatingIfNeeded: Int((now - start) * 100))
            let notification = NumberedNotification(inform: state.tally.sent, uptime: uptime)
            state.outstanding[notification.number] = Outstanding(notification: notification, sentAt: now)
            state.expected[notification.response] = notification.number
            send(notification)
        }
    }

    private func send(_ notification: NumberedNotification) {
        // What the kernel does not take is lost like any datagram, and sent again in its time.
        LoopbackDatagram.send(notification.octets, from: descriptor, to: port)
    }

    private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}

/// Sending from a plain UDP socket to this machine.
enum LoopbackDatagram {
    @discardableResult
    static func send(_ octets: [UInt8], from descriptor: Int32, to port: UInt16) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                sendto(descriptor, octets, octets.count, 0, $0.baseAddress, socklen_t(bytes.count)) == octets.count
            }
        }
    }
}
