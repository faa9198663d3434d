import Foundation
import Glibc
import Synchronization

/// The counting sink: a syslog receiver on TCP that counts the events it is sent, each once, and measures from their
/// stamps how long they were on their way. It reads until the peer's end and answers it, as a sound receiver does.
final class SyslogCounter: Sendable {
    struct Result {
        /// Events, each once, by the number that Trapline gives them.
        var events = 0
        var duplicates = 0
        /// Messages without a number or a stamp.
        var strange = 0
        var octets = 0
        /// Events of each load.
        var counts: [Stamp.Label: Int] = [:]
        var latencies: [Stamp.Label: LatencyHistogram] = [:]
    }

    private struct State {
        var result = Result()
        var seen = NumberSet()
    }

    private static let eventMarker = Array("event=\"".utf8)
    private static let pieceSize = 1 << 18
    /// Between two looks whether to stop, in milliseconds.
    private static let patience: Int32 = 50

    let port: UInt16
    private let socket: Int32
    private let state = Mutex(State())
    private let isStopping = Atomic(false)
    private let cpu = Atomic<Int64>(0)
    private let end = DispatchSemaphore(value: 0)

    init() throws {
        (socket, port) = try LoopbackStream.listen()
        let thread = Thread { [self] in
            serve()
            end.signal()
        }
        thread.name = "counter"
        thread.start()
    }

    var result: Result { state.withLock { $0.result } }
    /// The receiving thread's CPU time so far, in nanoseconds.
    var cpuTime: Int64 { cpu.load(ordering: .relaxed) }

    func stop() {
        isStopping.store(true, ordering: .relaxed)
        end.wait()
    }

    private func serve() {
        defer { close(socket) }
        var buffer = [UInt8](repeating: 0, count: Self.pieceSize)
        while !isStopping.load(ordering: .relaxed) {
            guard LoopbackStream.waitToRead(socket, milliseconds: Self.patience) else { continue }
            let connection = accept(socket, nil, nil)
            guard connection >= 0 else { continue }
            read(connection, &buffer)
            close(connection)
        }
    }

    private func read(_ connection: Int32, _ buffer: inout [UInt8]) {
        var frames = SyslogFrames()
        while !isStopping.load(ordering: .relaxed) {
            guard LoopbackStream.waitToRead(connection, milliseconds: Self.patience) else { continue }
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            let now = Stamp.now
            unsafe buffer.withUnsafeBytes { octets in
                state.withLock { state in
                    state.result.octets += count
                    unsafe frames.take(UnsafeRawBufferPointer(rebasing: octets[..<count])) { message in
                        unsafe Self.take(message, at: now, &state)
                    }
                    if frames.isBroken { state.result.strange += 1 }
                }
            }
            cpu.store(CPUClock.thread, ordering: .relaxed)
            if frames.isBroken { break }
        }
    }

    private static func take(_ message: UnsafeRawBufferPointer, at time: UInt64, _ state: inout State) {
        guard let marker = unsafe Octets.find(eventMarker, in: message),
            let event = unsafe Octets.number(at: marker + eventMarker.count, in: message),
            let stamp = unsafe Stamp.find(in: message)
        else {
            state.result.strange += 1
            return
        }
        guard state.seen.insert(event) else {
            state.result.duplicates += 1
            return
        }
        state.result.events += 1
        state.result.counts[stamp.label, default: 0] += 1
        state.result.latencies[stamp.label, default: LatencyHistogram()].record(
            time > stamp.time ? time - stamp.time : 0)
    }
}
