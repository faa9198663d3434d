import Foundation
import Logging
import ServiceLifecycle
import Basics
import Sinks
import Store
import Synchronization

/// The sinks of the configuration in force, each run by a task of its own. A reload starts, stops and replaces them one
/// by one; those that did not change go on undisturbed.
final class SinkGroup: Service {
    private struct Member {
        var configured: ConfiguredSink
        var runner: SinkRunner
        var task: Task<Void, Never>
    }

    private struct State {
        var members: [String: Member] = [:]
        var isStopping = false
    }

    private let environment: SinkEnvironment
    private let lags: SinkLags
    /// How long the cursor of a sink that is gone is kept.
    private let cursorRetention: Mutex<Duration>
    private let ages: AgeClock
    private let state = Mutex(State())

    init(environment: SinkEnvironment, lags: SinkLags, cursorRetention: Duration, ages: AgeClock) {
        self.environment = environment
        self.lags = lags
        self.cursorRetention = Mutex(cursorRetention)
        self.ages = ages
    }

    /// The sinks of the configuration in force.
    var names: Set<String> { state.withLock { Set($0.members.keys) } }

    /// Keeps the cursors of sinks that are gone this long from now on.
    func keepCursors(for duration: Duration) {
        cursorRetention.withLock { $0 = duration }
    }

    /// The sinks that look at the datagrams of what they deliver.
    var needingDatagrams: [String] {
        state.withLock { state in state.members.filter { $0.value.runner.needsDatagrams }.map(\.key) }
    }

    /// Stays until a graceful shutdown, then stops.
    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                look()
            }
        }
        await stop()
    }

    /// Called each second: who lags, and whose cursor has been kept for long enough.
    private func look() {
        let members = state.withLock { $0.members }
        let failing = Set(environment.failures.sinks)
        for (name, lag) in environment.metrics.lags {
            guard let member = members[name] else { continue }
            lags.look(at: name, lag, limit: member.runner.lagLimit, isFailing: failing.contains(name))
        }
        let now = ages.now
        let kept = cursorRetention.withLock { $0 }
        let limit = Timestamp(nanoseconds: now.nanoseconds - Int64(kept / .nanoseconds(1)))
        for name in environment.cursors.free(removedBefore: limit) {
            environment.logger.notice("the sink \(name) was gone for long enough; its place in the log is forgotten")
        }
    }

    /// Lets every sink finish the delivery in hand; none starts any more.
    func stop() async {
        let members = state.withLock { state in
            state.isStopping = true
            return Array(state.members.values)
        }
        for member in members { member.runner.stop() }
        for member in members { await member.task.value }
    }

    /// Brings the running sinks in line with `sinks`; where that throws, all of them are as they were. Two calls must
    /// not overlap.
    func apply(_ sinks: [ConfiguredSink]) async throws {
        let wanted = Dictionary(sinks.map { ($0.name, $0) }) { first, _ in first }
        let known = state.withLock { $0.members }
        // What can fail comes first: new sinks ask the store where the log begins and ends.
        let log = try LogExtent(of: environment.store)
        let outdated = known.filter { wanted[$0.key] != $0.value.configured }
        for member in outdated.values { member.runner.stop() }
        for member in outdated.values { await member.task.value }
        environment.failures.keep(wanted.keys)
        lags.keep(wanted.keys)
        var runners: [String: SinkRunner] = [:]
        for (name, configured) in wanted where known[name] == nil || outdated[name] != nil {
            // The runner before it has ended, and so has the one of a sink that it was, so that the board knows how far
            // they came: no further than what is announced.
            let before = (own: environment.cursors.place(of: name), old: place(before: configured))
            let start = environment.cursors.begin(
                name, options: configured.options, now: max(log.end, environment.signal.lastEventID),
                beforeOldest: log.beforeOldest, configured: Set(wanted.keys))
            report(configured, isKnown: before.own != nil, old: before.old, start)
            runners[name] = SinkRunner(
                name: name, sink: SinkFactory.make(name, configured.settings), options: configured.options,
                environment: environment, start: start)
        }
        for name in environment.cursors.keep(Set(wanted.keys), at: ages.now) {
            environment.logger.notice(
                "the sink \(name) is gone; its place in the event log is kept for a while, in case it comes back")
        }
        state.withLock { state in
            for name in outdated.keys { state.members[name] = nil }
            // A stop that came meanwhile has looked at the members, and would miss those that begin now.
            guard !state.isStopping else { return }
            for (name, runner) in runners {
                guard let configured = wanted[name] else { continue }
                state.members[name] = Member(
                    configured: configured, runner: runner,
                    task: Task(executorPreference: environment.executor) { await runner.run() })
            }
        }
    }

    private func place(before configured: ConfiguredSink) -> SinkCursor? {
        configured.options.was.flatMap { environment.cursors.place(of: $0) }
    }

    /// What came of a sink's `was:`, once it has its place.
    private func report(_ configured: ConfiguredSink, isKnown: Bool, old: SinkCursor?, _ start: SinkCursor) {
        guard let was = configured.options.was else { return }
        let (name, logger) = (configured.name, environment.logger)
        if old != nil, place(before: configured) == nil {
            logger.notice(
                """
                the sink \(name) goes on where the sink \(was) stopped, behind event \(start.event), and has its dead \
                letters
                """)
        } else if old == nil, isKnown {
            logger.notice("the sink \(name) has a place of its own; its `was: \(was)` has no effect and can go")
        } else if old == nil {
            logger.warning("the sink \(name) begins anew: no place is known of the sink \(was) that it was")
        }
    }

    /// Has every sink open anew what it holds open.
    func reopen() async {
        for member in state.withLock({ Array($0.members.values) }) { await member.runner.reopen() }
    }
}
