public import Basics
import Captures
import Foundation
import Intake

/// Puts the SNMP datagrams of captures back on the wire.
public struct Replayer {
    public enum Pace: Sendable, Hashable {
        /// The capture's own gaps, divided by `speed`.
        case captured(speed: Double)
        case rate(perSecond: Double)
    }

    private let receiver: Endpoint
    private let pace: Pace
    private let keepsSender: Bool
    private let extraPorts: [UInt16]

    /// A gap in a capture that is longer is cut to this: a capture of two days with a pause overnight is not a replay
    /// of two days. In seconds.
    private static let longestGap = 60.0

    public init(to receiver: Endpoint, pace: Pace, keepsSender: Bool, extraPorts: [UInt16] = []) {
        self.receiver = receiver
        self.pace = pace
        self.keepsSender = keepsSender
        self.extraPorts = extraPorts
    }

    /// Sends all of `files` in order; with `loop`, again and again until the process ends.
    /// - Returns: How many datagrams were sent.
    public func run(files: [String], loop: Bool) throws -> Int {
        let send = try sending()
        var sent = 0
        repeat {
            let before = sent
            for file in files {
                var reader = try DatagramReader(path: file)
                var clock = PaceClock(pace: pace, longestGap: Self.longestGap)
                while let datagram = try reader.next() {
                    // What the capture cut off cannot be sent as it was.
                    guard SNMPPorts.includes(datagram, extra: extraPorts), datagram.missingOctets == 0 else { continue }
                    clock.wait(for: datagram.time)
                    try send(datagram)
                    sent += 1
                }
            }
            guard sent > before else { throw ServerError("no SNMP datagram in \(files.joined(separator: ", "))") }
        } while loop
        return sent
    }

    private func sending() throws -> (UDPDatagram) throws -> Void {
        if keepsSender {
            let sender = try RawUDPSender(to: receiver)
            return { datagram in try sender.send(datagram.payload, from: datagram.sender) }
        }
        let sender = try UDPSender(to: receiver)
        return { datagram in try sender.send(datagram.payload) }
    }
}

/// Sleeps until the next datagram is due.
private struct PaceClock {
    let pace: Replayer.Pace
    let longestGap: Double
    private var previous: Timestamp?
    private var due = ContinuousClock.now

    init(pace: Replayer.Pace, longestGap: Double) {
        self.pace = pace
        self.longestGap = longestGap
    }

    mutating func wait(for time: Timestamp) {
        defer { previous = time }
        guard let previous else { return }
        let gap: Double =
            switch pace {
            case .rate(let perSecond): 1 / perSecond
            case .captured(let speed):
                min(longestGap, max(0, Double(time.nanoseconds(since: previous)) / 1e9)) / speed
            }
        due += .seconds(gap)
        let left = due - .now
        guard left > .zero else { return }
        Thread.sleep(forTimeInterval: Double(left.components.seconds) + Double(left.components.attoseconds) / 1e18)
    }
}
