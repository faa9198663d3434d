import Basics
import Foundation
import Intake

/// Sends datagrams in bursts, each of them only when the receiver has room: a loop that is closed,
/// so that nothing is lost and the slowest receiver gets the same load as the fastest.
struct PacedSender {
    /// Few enough for two to fit into any receive buffer, enough for a receiver to take many at a time.
    static let burst = 64
    /// How long a receiver may have no room, in seconds, before the benchmark gives up.
    private static let patience: TimeInterval = 30
    /// Between two looks whether there is room, in seconds.
    private static let pause: TimeInterval = 0.000_05

    private let next: () throws -> [UInt8]
    let receiver: Endpoint

    /// - Parameter next: gives each datagram.
    init(receiver: Endpoint, next: @escaping () throws -> [UInt8]) {
        self.next = next
        self.receiver = receiver
    }

    /// The same one again and again.
    init(datagram: [UInt8], receiver: Endpoint) {
        self.init(receiver: receiver) { datagram }
    }

    /// - Parameter hasRoom: whether the receiver can take another burst, told how many were sent.
    /// - Returns: The CPU time of the sending, in nanoseconds.
    func send(_ traps: Int, hasRoom: (Int) throws -> Bool) throws -> Int64 {
        let begin = CPUClock.thread
        let sender = try UDPSender(to: receiver)
        var sent = 0
        while sent < traps {
            try waitForRoom { try hasRoom(sent) }
            for _ in 0..<min(Self.burst, traps - sent) {
                try sender.send(try next())
                sent += 1
            }
        }
        return CPUClock.thread - begin
    }

    private func waitForRoom(_ hasRoom: () throws -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: Self.patience)
        while try !hasRoom() {
            try Interruption.check()
            guard Date() < deadline else {
                throw BenchmarkError("\(receiver) has taken nothing for \(Int(Self.patience)) s")
            }
            Thread.sleep(forTimeInterval: Self.pause)
        }
    }
}
