public import Basics
internal import CDatagram
internal import Glibc

/// Sends datagrams to one endpoint from a port of its own, and waits for an answer where one is due: for
/// `trapline send` and `trapline replay`. Only one thread at a time may wait for answers.
public final class UDPSender: Sendable {
    private let descriptor: Int32
    private let remote: Endpoint

    /// Octets that an answer may have: what UDP can carry.
    private static let largestAnswer = 65_527

    /// `local` fixes the address or port to send from; the kernel chooses what is left out.
    public init(to remote: Endpoint, from local: Endpoint? = nil) throws(SenderError) {
        self.remote = remote
        var to = datagram_endpoint(remote)
        if let local {
            var from = datagram_endpoint(local)
            descriptor = unsafe datagram_connect(&to, &from)
        } else {
            descriptor = unsafe datagram_connect(&to, nil)
        }
        guard descriptor >= 0 else { throw SenderError(remote, SystemError(-descriptor)) }
    }

    deinit {
        if descriptor >= 0 { datagram_close(descriptor) }
    }

    /// Where answers come to: the address and port that the kernel chose.
    public var localEndpoint: Endpoint? {
        var local = datagram_endpoint()
        return unsafe datagram_local_endpoint(descriptor, &local) >= 0 ? Endpoint(local) : nil
    }

    /// Sends one datagram. That nothing listens on the port shows, if at all, on a later call.
    public func send(_ payload: [UInt8]) throws(SenderError) {
        let result = unsafe datagram_send_connected(descriptor, payload, payload.count)
        guard result >= 0 else { throw SenderError(remote, SystemError(-result)) }
    }

    /// Sends, and waits for the first datagram from there that `isAnswer`; `nil` if none came within the time.
    public func request(
        _ payload: [UInt8], timeout: Duration, isAnswer: ([UInt8]) -> Bool = { _ in true }
    ) throws(SenderError) -> [UInt8]? {
        try send(payload)
        return try receive(timeout: timeout, isAnswer: isAnswer)
    }

    /// Sends up to `retries` times more, each time that no answer came within `timeout`. A receiver that nothing listens
    /// on may be one that starts just now, so that it is tried like a silent one; where it was so at the last try too,
    /// that is thrown.
    public func request(
        _ payload: [UInt8], timeout: Duration, retries: Int, isAnswer: ([UInt8]) -> Bool = { _ in true }
    ) throws(SenderError) -> [UInt8]? {
        let clock = ContinuousClock()
        for left in (0...max(0, retries)).reversed() {
            let end = clock.now + timeout
            do throws(SenderError) {
                if let answer = try request(payload, timeout: timeout, isAnswer: isAnswer) { return answer }
            } catch {
                guard error.reason == .nothingListens, left > 0 else { throw error }
                pause(until: end, clock)
            }
        }
        return nil
    }

    private func pause(until end: ContinuousClock.Instant, _ clock: ContinuousClock) {
        while true {
            let left = clock.now.duration(to: end)
            guard left > .zero else { return }
            // usleep takes less than a second.
            usleep(UInt32((min(left, .milliseconds(900)) / .microseconds(1)).rounded(.up)))
        }
    }

    /// Waits for a datagram without sending one.
    public func receive(
        timeout: Duration, isAnswer: ([UInt8]) -> Bool = { _ in true }
    ) throws(SenderError) -> [UInt8]? {
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        var buffer = [UInt8](repeating: 0, count: Self.largestAnswer)
        while true {
            let left = max(.zero, deadline - clock.now)
            // Rounded up: 0 would not wait at all.
            let milliseconds = left.components.seconds * 1_000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
            let length = unsafe datagram_receive_connected(
                descriptor, &buffer, buffer.count, Int32(clamping: milliseconds))
            if length >= 0 {
                let answer = Array(buffer[..<Int(length)])
                if isAnswer(answer) { return answer }
            } else if !SystemError(-length).isTimeOut {
                throw SenderError(remote, SystemError(-length))
            }
            if clock.now >= deadline { return nil }
        }
    }
}
