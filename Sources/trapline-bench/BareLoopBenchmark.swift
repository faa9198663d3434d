import Basics
import CDatagram
import Foundation
import Intake
import Synchronization

/// What receiving alone costs on this machine: `recvmmsg` in a loop that looks at nothing. Intake is measured against
/// it, for a ratio holds where microseconds do not.
enum BareLoopBenchmark {
    /// As many datagrams a call as intake takes.
    private static let capacity: UInt32 = 128
    /// The workload's datagram fits well.
    private static let slot: UInt32 = 2_048
    /// How long nothing may come before the loop ends, in milliseconds.
    private static let patience: Int32 = 2_000

    /// The loop on a thread of its own, woken by the sender as intake is. Having nothing else to do it wakes for few
    /// datagrams at a time, which its cost includes.
    static func run(_ datagram: [UInt8], traps: Int) throws -> StageResult {
        let socket = try LoopbackPort.bind(0)
        defer { datagram_close(socket) }
        let receiver = Endpoint(LoopbackPort.address, port: try LoopbackPort.port(of: socket))
        let sender = PacedSender(datagram: datagram, receiver: receiver)

        let progress = Progress()
        let thread = Thread {
            progress.finish(spent: receive(from: socket, traps: traps, progress))
        }
        thread.start()
        let sending = Result { try sender.send(traps) { $0 - progress.received <= PacedSender.burst } }
        let spent = progress.waitForEnd()
        _ = try sending.get()
        var drops: UInt32 = 0
        _ = unsafe datagram_drops(socket, &drops)
        let received = progress.received
        guard received > 0 else { throw BenchmarkError("nothing was received") }
        return StageResult(
            microsecondsPerTrap: Double(spent) / 1_000 / Double(received),
            note: "sent \(traps), received \(received), kernel drops \(drops)")
    }

    /// Without any waking: each burst is sent first and received then, by one thread. Nothing that receives through
    /// `recvmmsg` can cost less.
    static func runFullBatches(_ datagram: [UInt8], traps: Int) throws -> StageResult {
        let socket = try LoopbackPort.bind(0)
        defer { datagram_close(socket) }
        let sender = try UDPSender(to: Endpoint(LoopbackPort.address, port: try LoopbackPort.port(of: socket)))
        guard let receiver = unsafe datagram_receiver_create(capacity, slot) else { throw BenchmarkError("no memory") }
        defer { unsafe datagram_receiver_free(receiver) }
        var (sent, received, spent) = (0, 0, Int64(0))
        while sent < traps {
            let burst = min(PacedSender.burst, traps - sent)
            for _ in 0..<burst { try sender.send(datagram) }
            sent += burst
            let begin = CPUClock.thread
            while received < sent {
                let count = unsafe datagram_discard(receiver, socket)
                guard count >= 0 else { throw BenchmarkError("cannot receive: \(SystemError(-count))") }
                received += Int(count)
                if count == 0, datagram_wait(socket, -1, patience) <= 0 {
                    throw BenchmarkError("\(sent - received) datagrams were lost")
                }
            }
            spent += CPUClock.thread - begin
        }
        return StageResult(microsecondsPerTrap: Double(spent) / 1_000 / Double(received))
    }

    /// - Returns: The CPU time of the loop, in nanoseconds.
    private static func receive(from socket: Int32, traps: Int, _ progress: Progress) -> Int64 {
        guard let receiver = unsafe datagram_receiver_create(capacity, slot) else { return 0 }
        defer { unsafe datagram_receiver_free(receiver) }
        let begin = CPUClock.thread
        while progress.received < traps {
            let count = unsafe datagram_discard(receiver, socket)
            if count > 0 {
                progress.add(Int(count))
            } else if count < 0 || datagram_wait(socket, -1, patience) <= 0 {
                break
            }
        }
        return CPUClock.thread - begin
    }

    /// What the receiving thread tells the sending one.
    private final class Progress: Sendable {
        private let count = Atomic(0)
        private let spent = Atomic<Int64>(0)
        private let end = DispatchSemaphore(value: 0)

        var received: Int { count.load(ordering: .relaxed) }

        func add(_ number: Int) {
            count.add(number, ordering: .relaxed)
        }

        func finish(spent time: Int64) {
            spent.store(time, ordering: .relaxed)
            end.signal()
        }

        func waitForEnd() -> Int64 {
            end.wait()
            return spent.load(ordering: .relaxed)
        }
    }
}
