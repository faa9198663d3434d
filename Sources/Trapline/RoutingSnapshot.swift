import Pipeline
import Synchronization

/// What the configuration in force says of events; swapped whole by a reload.
final class RoutingSnapshot: Sendable {
    private let value: Mutex<PipelineSnapshot>

    init(_ snapshot: PipelineSnapshot) {
        self.value = Mutex(snapshot)
    }

    var current: PipelineSnapshot { value.withLock { $0 } }

    func replace(_ snapshot: PipelineSnapshot) {
        value.withLock { $0 = snapshot }
    }
}
