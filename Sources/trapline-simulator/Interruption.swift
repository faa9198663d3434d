import Foundation
import Synchronization

/// Ctrl-C and SIGTERM end the run as its time would.
enum Interruption {
    private static let wanted = Atomic(false)

    static var isWanted: Bool { wanted.load(ordering: .relaxed) }

    static func watch() {
        for number in [SIGINT, SIGTERM] {
            // The handler only sets a flag, which is all that one may do.
            signal(number) { _ in Interruption.wanted.store(true, ordering: .relaxed) }
        }
    }
}

/// Standard output, a line at a time: whoever follows a run through a pipe sees each at once.
enum Say {
    static func line(_ text: String) {
        // Whoever closed the pipe does not want to know.
        try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    }

    /// On standard error: something is wrong, and the run goes on.
    static func warning(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(("warning: " + text + "\n").utf8))
    }
}
