internal import Foundation

/// Waiting for something that another program does: it looks often and gives up at a bound, so that a test is as fast
/// as the program is, and ends where the program never does it.
public enum Poll {
    /// How long to wait between two looks, in seconds.
    public static let interval = 0.01

    /// Whether `condition` became true within `seconds`; looks that cost a program's start are better further apart.
    public static func until(
        seconds: Double = 30, every interval: Double = Poll.interval, _ condition: () throws -> Bool
    ) rethrows -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while try !condition() {
            if Date() > deadline { return false }
            Thread.sleep(forTimeInterval: interval)
        }
        return true
    }

    /// The same without holding up the thread, for asynchronous tests.
    public static func eventually(seconds: Double = 30, _ condition: () async throws -> Bool) async rethrows -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while try await !condition() {
            if Date() > deadline { return false }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return true
    }
}
