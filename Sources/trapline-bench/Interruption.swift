import Glibc
import Synchronization

/// Ctrl-C and SIGTERM end the benchmark as an error does, so that no child process and no folder is left behind.
enum Interruption {
    private static let isWanted = Atomic(false)

    static func watch() {
        for number in [SIGINT, SIGTERM] {
            // The handler only sets a flag, which is all that one may do.
            signal(number) { _ in Interruption.isWanted.store(true, ordering: .relaxed) }
        }
    }

    static func check() throws {
        if isWanted.load(ordering: .relaxed) { throw BenchmarkError("interrupted") }
    }
}
