internal import Synchronization

/// The access policy in force, which a reload swaps under the threads' feet; they read it once a batch.
final class AccessSnapshot: Sendable {
    private let policy: Mutex<AccessPolicy>

    init(_ policy: AccessPolicy) {
        self.policy = Mutex(policy)
    }

    var current: AccessPolicy { policy.withLock { $0 } }

    func replace(_ new: AccessPolicy) {
        policy.withLock { $0 = new }
    }
}
