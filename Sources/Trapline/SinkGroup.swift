import Foundation
import Logging
import ServiceLifecycle
import Sinks
import Synchronization

/// The sinks of the configuration in force, each run by a task of its own. A reload starts, stops and replaces them one
/// by one; those that did not change go on undisturbed.
final class SinkGroup: Service {
    private struct Member {
        var settings: SinkSettings
        var runner: SinkRunner
        var task: Task<Void, Never>
    }

    private struct State {
        var members: [String: Member] = [:]
        var isStopping = false
    }

    private let environment: SinkEnvironment
    private let state = Mutex(State())

    init(environment: SinkEnvironment) {
        self.environment = environment
    }

    /// Stays until a graceful shutdown, then lets every sink finish the delivery in hand.
    func run() async throws {
        try? await gracefulShutdown()
        let members = state.withLock { state in
            state.isStopping = true
            return Array(state.members.values)
        }
        for member in members { member.runner.stop() }
        for member in members { await member.task.value }
    }

    /// Brings the running sinks in line with `sinks`.
    func apply(_ sinks: [(name: String, settings: SinkSettings)]) async throws {
        let wanted = Dictionary(sinks.map { ($0.name, $0.settings) }) { first, _ in first }
        let outdated = state.withLock { state in
            let outdated = state.members.filter { wanted[$0.key] != $0.value.settings }
            for name in outdated.keys { state.members[name] = nil }
            return outdated
        }
        for member in outdated.values { member.runner.stop() }
        for member in outdated.values { await member.task.value }
        for (name, settings) in sinks where state.withLock({ $0.members[name] == nil && !$0.isStopping }) {
            let runner = try SinkRunner(
                name: name, sink: SinkFactory.make(name, settings), environment: environment)
            let task = Task { await runner.run() }
            state.withLock { $0.members[name] = Member(settings: settings, runner: runner, task: task) }
        }
    }

    /// Has every sink open anew what it holds open.
    func reopen() async {
        for member in state.withLock({ Array($0.members.values) }) { await member.runner.reopen() }
    }
}
