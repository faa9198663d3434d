import Basics
import CDatagram
import CLoad
import Foundation
import SNMPSecurity
import Synchronization

/// What is to be sent, from how many senders and how fast.
struct LoadPlan {
    var mix: LoadMix
    var receiver: Endpoint
    var senders: Int
    /// Traps a second of all senders together; `nil` for as fast as can be.
    var rate: Int?
    /// Traps in all.
    var traps: Int
    var label = Stamp.Label.load
    /// The first sender's address on loopback, in host order; the others follow.
    var firstAddress: UInt32 = 0x7f01_0001

    /// As many descriptors as a process may have by default with some to spare for the rest.
    static let mostSenders = 1_000
}

/// What became of a load on the sender's side.
struct LoadResult {
    var sent = 0
    /// Datagrams that the kernel did not take, most of them since nothing listens there.
    var failed = 0
    /// From the first to the last, in nanoseconds.
    var elapsed: UInt64 = 0
    /// The sending thread's CPU time in nanoseconds. On loopback it takes in what the kernel does to deliver.
    var cpuTime: Int64 = 0
    /// The furthest that the load was behind its plan, in nanoseconds: a machine that is too busy to send evenly.
    var latest: UInt64 = 0

    var rate: Double { elapsed > 0 ? Double(sent) / Double(elapsed) * 1e9 : 0 }
}

/// Sends traps from many addresses: a connected socket for each, `sendmmsg` for every burst. To loopback each sender
/// has an address of its own in 127/8, elsewhere a port of its own.
final class LoadGenerator: @unchecked Sendable {
    private static let burst = Int(LOAD_MOST_DATAGRAMS)

    let plan: LoadPlan
    let sockets: [Int32]
    private let templates: [LoadTemplate]
    /// In v3, for each sender.
    private let sealed: [[V3Workload]]
    private let stride: Int
    private let sentSoFar = Atomic(0)

    init(_ plan: LoadPlan) throws {
        guard (1...LoadPlan.mostSenders).contains(plan.senders) else {
            throw BenchmarkError("a load has 1 to \(LoadPlan.mostSenders) senders")
        }
        self.plan = plan
        let users = UserTable(plan.mix.isV3 ? [V3Workload.user] : [])
        templates = plan.mix.isV3 ? [] : try plan.mix.templates()
        // Of other engines than those of another load.
        let first = UInt32(plan.label.rawValue) << 24
        sealed = try (0..<(plan.mix.isV3 ? UInt32(plan.senders) : 0)).map { sender in
            try plan.mix.datagrams().map { try V3Workload($0, sender: first + sender, users: users) }
        }
        stride = (templates.map(\.octets.count) + (sealed.first ?? []).map(\.count)).max() ?? 0
        var sockets: [Int32] = []
        do {
            for index in 0..<plan.senders {
                sockets.append(try Self.open(plan, sender: UInt32(index)))
            }
        } catch {
            for socket in sockets { load_close(socket) }
            throw error
        }
        self.sockets = sockets
    }

    deinit {
        for socket in sockets { load_close(socket) }
    }

    /// How many have been sent so far; from any thread.
    var sent: Int { sentSoFar.load(ordering: .relaxed) }

    /// Sends it all on the calling thread.
    func run() throws -> LoadResult {
        let pacer = Pacer(rate: plan.rate, total: plan.traps)
        var slab = Slab(templates, sealed, stride: stride, slots: Self.burst)
        var result = LoadResult()
        var (sender, turn) = (0, 0)
        // Of its address, so that two loads side by side do not claim one serial number each from two places.
        let firstDevice = Int(plan.firstAddress & 0xf_ffff)
        let cpuBegin = CPUClock.thread
        let begin = Stamp.now
        while result.sent + result.failed < plan.traps {
            let elapsed = Stamp.now - begin
            let done = result.sent + result.failed
            let due = pacer.due(after: elapsed) - done
            guard due > 0 else {
                try Interruption.check()
                Self.sleep(until: begin + pacer.wakeUp(sent: done, elapsed: elapsed))
                continue
            }
            if let rate = plan.rate {
                let planned = UInt64(Double(done) / Double(rate) * 1e9)
                result.latest = max(result.latest, elapsed > planned ? elapsed - planned : 0)
            }
            let count = min(due, Self.burst)
            if sealed.isEmpty {
                slab.mark(count, of: firstDevice + sender, first: turn, label: plan.label, requestIDs: done)
            } else {
                try slab.seal(count, first: turn, label: plan.label, sender: sender)
            }
            let sent = slab.send(count, on: sockets[sender])
            // An error of an earlier datagram is told at the next call, which then sends nothing.
            result.sent += max(0, sent)
            if sent <= 0 { result.failed += 1 }
            sentSoFar.store(result.sent, ordering: .relaxed)
            sender += 1
            if sender == sockets.count {
                // The next round gives each sender what another one had in this, or some would only ever raise.
                (sender, turn) = (0, turn + 1)
            }
        }
        result.elapsed = Stamp.now - begin
        result.cpuTime = CPUClock.thread - cpuBegin
        return result
    }

    private static func open(_ plan: LoadPlan, sender: UInt32) throws -> Int32 {
        var remote = datagram_endpoint(plan.receiver)
        let socket: Int32
        if plan.receiver.address.isLoopbackV4 {
            var local = datagram_endpoint(
                Endpoint(IPAddress(v4: plan.firstAddress + sender), port: 0))
            socket = unsafe datagram_connect(&remote, &local)
        } else {
            socket = unsafe datagram_connect(&remote, nil)
        }
        guard socket >= 0 else { throw BenchmarkError("cannot send to \(plan.receiver): \(SystemError(-socket))") }
        return socket
    }

    private static func sleep(until time: UInt64) {
        var moment = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
        _ = unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, nil)
    }
}

/// The datagrams of a burst, one in each slot, marked anew before each.
private struct Slab {
    private let templates: [LoadTemplate]
    private var sealed: [[V3Workload]]
    private let stride: Int
    private var octets: [UInt8]
    private var lengths: [UInt32]
    /// Which template stands in each slot.
    private var held: [Int]

    init(_ templates: [LoadTemplate], _ sealed: [[V3Workload]], stride: Int, slots: Int) {
        self.templates = templates
        self.sealed = sealed
        self.stride = stride
        octets = Array(repeating: 0, count: stride * slots)
        lengths = Array(repeating: 0, count: slots)
        held = Array(repeating: -1, count: slots)
    }

    /// Marks the first `count` slots with one time and one device, from template `first` on in turn.
    mutating func mark(_ count: Int, of device: Int, first: Int, label: Stamp.Label, requestIDs: Int) {
        let stamp = Stamp(label: label, time: Stamp.now)
        for slot in 0..<count {
            let index = (first + slot) % templates.count
            let template = templates[index]
            if held[slot] != index {
                octets.replaceSubrange(slot * stride..<slot * stride + template.octets.count, with: template.octets)
                lengths[slot] = UInt32(template.octets.count)
                held[slot] = index
            }
            // Wraps within four octets.
            let identifier = Workload.firstRequestID + Int32((requestIDs + slot) & 0x0fff_ffff)
            template.mark(stamp, requestID: identifier, device: device, in: &octets, at: slot * stride)
        }
    }

    /// Makes the first `count` slots anew with one time, as a sender's.
    mutating func seal(_ count: Int, first: Int, label: Stamp.Label, sender: Int) throws {
        let stamp = Stamp(label: label, time: Stamp.now)
        for slot in 0..<count {
            let index = (first + slot) % sealed[sender].count
            let message = try sealed[sender][index].next(stamp)
            octets.replaceSubrange(slot * stride..<slot * stride + message.count, with: message)
            lengths[slot] = UInt32(message.count)
        }
    }

    /// How many left, or a negative errno.
    func send(_ count: Int, on socket: Int32) -> Int {
        Int(unsafe load_send(socket, octets, UInt32(stride), lengths, UInt32(count)))
    }
}

extension datagram_endpoint {
    init(_ endpoint: Endpoint) {
        self.init(
            high: UInt64(endpoint.address.bits >> 64), low: UInt64(truncatingIfNeeded: endpoint.address.bits),
            scope: 0, port: endpoint.port, family: endpoint.address.family.rawValue)
    }
}

extension IPAddress {
    fileprivate var isLoopbackV4: Bool { family == .v4 && bits >> 24 == 127 }
}
