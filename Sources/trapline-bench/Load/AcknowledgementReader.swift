import CLoad
import Foundation
import SNMPWire
import Synchronization

/// Takes the responses to a load's informs, on a thread of its own, and measures how long each took: a response brings
/// back the variables of its inform, the stamp among them.
final class AcknowledgementReader: Sendable {
    struct Result {
        /// Informs answered, each once.
        var acknowledged = 0
        /// Responses to informs that had been answered before.
        var repeated = 0
        /// Datagrams that are no response to an inform of ours.
        var strange = 0
        var latency = LatencyHistogram()
    }

    private struct State {
        var result = Result()
        var seen = NumberSet()
    }

    /// Between two looks whether to stop, in milliseconds.
    private static let patience: Int32 = 50
    /// A response is as long as its inform.
    private static let longest = 2_048

    private let watcher: Int32
    /// Held, for they close their sockets when they go.
    private let generators: [LoadGenerator]
    private let state = Mutex(State())
    private let isStopping = Atomic(false)
    private let end = DispatchSemaphore(value: 0)

    /// Begins to read from the sockets of these.
    init(_ generators: [LoadGenerator]) throws {
        self.generators = generators
        watcher = load_watcher_open()
        guard watcher >= 0 else { throw BenchmarkError("no epoll: \(errno)") }
        for socket in generators.flatMap(\.sockets) { load_watcher_add(watcher, socket) }
        let thread = Thread { [self] in
            read()
            end.signal()
        }
        thread.name = "responses"
        thread.start()
    }

    deinit { load_close(watcher) }

    var acknowledged: Int { state.withLock { $0.result.acknowledged } }

    /// Ends the thread and gives what came.
    func stop() -> Result {
        isStopping.store(true, ordering: .relaxed)
        end.wait()
        return state.withLock { $0.result }
    }

    private func read() {
        var ready = [Int32](repeating: 0, count: Int(LOAD_MOST_DATAGRAMS))
        var buffer = [UInt8](repeating: 0, count: Self.longest)
        while !isStopping.load(ordering: .relaxed) {
            let count = unsafe load_watcher_wait(watcher, &ready, Int32(ready.count), Self.patience)
            for socket in ready.prefix(max(0, Int(count))) {
                while case let length = unsafe load_receive(socket, &buffer, UInt32(buffer.count)), length >= 0 {
                    take(Array(buffer.prefix(Int(length))), at: Stamp.now)
                }
            }
        }
    }

    private func take(_ datagram: [UInt8], at time: UInt64) {
        let stamp = unsafe datagram.withUnsafeBytes { unsafe Stamp.find(in: $0) }
        let pdu = (try? SNMPMessage.decode(datagram))?.pdu
        state.withLock { state in
            guard let stamp, case .standard(let response)? = pdu, response.kind == .response else {
                state.result.strange += 1
                return
            }
            guard state.seen.insert(Int(response.requestID - Workload.firstRequestID)) else {
                state.result.repeated += 1
                return
            }
            state.result.acknowledged += 1
            state.result.latency.record(time > stamp.time ? time - stamp.time : 0)
        }
    }
}
