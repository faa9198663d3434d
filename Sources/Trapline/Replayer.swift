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
        var clock = ReplayClock(pace: pace)
        var due = ContinuousClock.now
        repeat {
            let before = sent
            for file in files {
                var reader = try DatagramReader(path: file)
                var selection = SNMPSelection(extraPorts: extraPorts, takesOwnFacts: false)
                clock.beginFile()
                while let datagram = try reader.next() {
                    // What the capture cut off cannot be sent as it was.
                    guard selection.takes(datagram), datagram.missingOctets == 0 else { continue }
                    due += .seconds(clock.gap(before: datagram.time))
                    sleep(until: due)
                    try send(datagram)
                    sent += 1
                }
            }
            guard sent > before else { throw ServerError("no SNMP datagram in \(files.joined(separator: ", "))") }
        } while loop
        return sent
    }

    private func sleep(until due: ContinuousClock.Instant) {
        let left = due - .now
        guard left > .zero else { return }
        Thread.sleep(forTimeInterval: Double(left.components.seconds) + Double(left.components.attoseconds) / 1e18)
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
