import Intake
import Pipeline
import Routing
import Sinks
import Synchronization
import TraplineConfiguration

/// What names datagrams for the sinks; swapped whole by a reload.
final class NamingSnapshot: Sendable {
    private let value: Mutex<DatagramNaming>

    init(_ naming: DatagramNaming) {
        self.value = Mutex(naming)
    }

    var current: DatagramNaming { value.withLock { $0 } }

    func replace(_ naming: DatagramNaming) {
        value.withLock { $0 = naming }
    }
}
