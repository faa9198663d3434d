import Basics
import Devices
import Dispatch
import Foundation
import Synchronization
import TraplineMetrics

/// Looks up what devices are called, on threads of its own: a name service that does not answer holds up nothing but
/// other names.
///
/// Whoever has devices to ask about gives as many as there is room for, and is never made to wait. Where there is no
/// name, or nobody answered, it is asked again later.
final class NameResolver: Sendable {
    struct Limits: Sendable {
        /// A thread is held for half a minute where no server answers; with four, others get their turn.
        var threads = 4
        /// Devices that wait at most; the rest wait where they come from.
        var queue = 256
        /// Between two questions of one thread, so that twenty a second are asked at most: name services have others to
        /// serve, and a fleet of 10,000 has its names in nine minutes.
        var pause = 0.2
        /// Answers that are remembered: devices behind one NAT share an address.
        var answers = 16_384
        /// Devices without a name that are asked about again.
        var again = 131_072
        /// How long there being no name holds, and how long a name does, in seconds.
        var age = 3_600.0
        /// How soon it is asked again where nobody answered.
        var failedAge = 300.0
    }

    private struct Known {
        var answer: HostName.Answer
        var end: UInt64
    }

    private struct State {
        var source = DevicePolicy.NameSource.off
        var isStopped = false
        var threads = 0
        var queue: ArraySlice<DeviceInventory.Nameless> = []
        var answers: [IPAddress: Known] = [:]
        /// Who has no name, and of whom nobody knew: each in the order in which they are due.
        var none: ArraySlice<Later> = []
        var failed: ArraySlice<Later> = []

        mutating func forgetQuestions() {
            queue = []
            none = []
            failed = []
        }
    }

    private struct Later {
        var due: UInt64
        var device: DeviceInventory.Nameless
    }

    private let limits: Limits
    private let lookUp: @Sendable (IPAddress) -> HostName.Answer
    private let found: @Sendable (String, DeviceInventory.Nameless) -> Void
    private let counters: [Counter]
    private let state = Mutex(State())
    /// Counts what waits; more than that wakes a thread for nothing, once.
    private let waiting = DispatchSemaphore(value: 0)
    /// How long an idle thread sleeps before it looks who is to be asked about again, in seconds.
    private static let idleWait = 1.0

    /// - Parameter found: called on a thread of the resolver's, for a name that is news.
    init(
        metrics: MetricsRegistry, limits: Limits = Limits(),
        lookUp: @escaping @Sendable (IPAddress) -> HostName.Answer = { HostName.lookUp($0) },
        found: @escaping @Sendable (String, DeviceInventory.Nameless) -> Void
    ) {
        self.limits = limits
        self.lookUp = lookUp
        self.found = found
        counters = ["found", "none", "failed"].map {
            metrics.counter(
                "trapline_name_lookups_total", help: "Look-ups of devices' names, by what came of them.",
                labels: [("outcome", $0)])
        }
    }

    /// Takes over where names come from; nobody waits any more once that is nowhere.
    func replace(_ source: DevicePolicy.NameSource) {
        state.withLock { state in
            state.source = source
            guard source == .off else { return }
            state.forgetQuestions()
            state.answers = [:]
        }
    }

    /// How many devices can be asked about now.
    var room: Int {
        state.withLock { state in
            state.isStopped || state.source == .off ? 0 : max(0, limits.queue - state.queue.count)
        }
    }

    /// Asks about these devices, as far as there is room. Returns at once.
    func ask(_ devices: [DeviceInventory.Nameless]) {
        let (taken, isThreadWanted) = state.withLock { state in
            guard !state.isStopped, state.source != .off else { return (0, false) }
            let taken = devices.prefix(max(0, limits.queue - state.queue.count))
            state.queue += taken
            let isThreadWanted = !taken.isEmpty && state.threads < limits.threads
            if isThreadWanted { state.threads += 1 }
            return (taken.count, isThreadWanted)
        }
        if isThreadWanted { startThread() }
        for _ in 0..<taken { waiting.signal() }
    }

    /// Nothing is found any more. Who waits for a name service is not waited for.
    func stop() {
        let threads = state.withLock { state in
            state.isStopped = true
            state.forgetQuestions()
            return state.threads
        }
        for _ in 0..<threads { waiting.signal() }
    }

    // MARK: - On the threads

    private func startThread() {
        let thread = Thread { [self] in
            ThreadName.set("names")
            ThreadPriority.lower()
            while let device = next() {
                settle(device, answer(device.address))
            }
        }
        thread.start()
    }

    /// Waits for a device to ask about; `nil` after the stop.
    private func next() -> DeviceInventory.Nameless? {
        while true {
            _ = waiting.wait(timeout: .now() + Self.idleWait)
            let (isStopped, device) = state.withLock { state in
                if state.isStopped { return (true, DeviceInventory.Nameless?.none) }
                if let device = state.queue.popFirst() { return (false, device) }
                let now = DispatchTime.now().uptimeNanoseconds
                if let first = state.failed.first, first.due <= now {
                    return (false, state.failed.removeFirst().device)
                }
                if let first = state.none.first, first.due <= now { return (false, state.none.removeFirst().device) }
                return (false, nil)
            }
            if isStopped { return nil }
            if let device { return device }
        }
    }

    private func answer(_ address: IPAddress) -> HostName.Answer {
        let now = DispatchTime.now().uptimeNanoseconds
        let known = state.withLock { $0.answers[address] }
        if let known, known.end > now { return known.answer }
        let answer = lookUp(address)
        switch answer {
        case .name: counters[0].add()
        case .none: counters[1].add()
        case .failed: counters[2].add()
        }
        state.withLock { state in
            // Whatever is forgotten is asked again if it is needed.
            if state.answers.count >= limits.answers { state.answers = [:] }
            state.answers[address] = Known(answer: answer, end: end(of: answer))
        }
        Thread.sleep(forTimeInterval: limits.pause)
        return answer
    }

    private func end(of answer: HostName.Answer) -> UInt64 {
        let age = answer == .failed ? limits.failedAge : limits.age
        return DispatchTime.now().uptimeNanoseconds + UInt64(age * 1e9)
    }

    private func settle(_ device: DeviceInventory.Nameless, _ answer: HostName.Answer) {
        let isWanted = state.withLock { state in
            guard !state.isStopped, state.source != .off else { return false }
            if case .name = answer { return true }
            guard state.none.count + state.failed.count < limits.again else { return false }
            let later = Later(due: end(of: answer), device: device)
            if answer == .failed { state.failed.append(later) } else { state.none.append(later) }
            return false
        }
        guard isWanted, case .name(let name) = answer, name != device.foundName else { return }
        found(name, device)
    }
}
