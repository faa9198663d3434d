internal import Foundation
internal import Synchronization

/// A real server that runs as a child of the tests, until `stop()` or the end of its last reference.
///
/// Started by `posix_spawn(3)` and watched by `waitpid(2)`: Foundation's `Process` needs run loops to notice an end, and
/// these are not to be had on the threads that asynchronous tests run on.
public final class ServerProcess: Sendable {
    /// What the server prints.
    public let logFile: String
    private let child: Mutex<pid_t?>

    /// Nothing in these tests starts or stops slower, even with all cores busy; past it something is wrong.
    public static let patience: Double = 30

    /// Starts `program`, with what it prints going to a file in `folder` and with these variables beside the tests' own,
    /// and returns once `isReady` says so.
    public init(
        _ program: String, _ arguments: [String], folder: String, environment: [String: String] = [:],
        isReady: () -> Bool
    ) throws {
        logFile = folder + "/\(URL(filePath: program).lastPathComponent)-\(UUID().uuidString.prefix(8)).log"
        child = Mutex(try Self.spawn(Command.locate(program), arguments, environment, logFile: logFile))
        guard Poll.until(seconds: Self.patience, { isReady() || !isRunning }), isRunning else {
            let said = (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? ""
            stop()
            throw Command.Failure(description: "\(program) did not come up: \(said.suffix(2_000))")
        }
    }

    deinit {
        stop()
    }

    /// The child's process ID; `nil` after its end.
    public var identifier: Int32? { isRunning ? child.withLock { $0 } : nil }

    public func send(signal: Int32) {
        child.withLock { child in
            guard let identifier = child, !Self.hasEnded(identifier) else { return }
            Glibc.kill(identifier, signal)
        }
    }

    public var isRunning: Bool {
        child.withLock { child in
            if let identifier = child, Self.hasEnded(identifier) { child = nil }
            return child != nil
        }
    }

    /// Asks the server to end (SIGTERM), and after `patience` ends it (SIGKILL); returns when it is gone.
    public func stop() {
        end(with: SIGTERM)
    }

    /// Ends the server as a crash would (SIGKILL).
    public func kill() {
        end(with: SIGKILL)
    }

    private func end(with signal: Int32) {
        child.withLock { child in
            defer { child = nil }
            guard let identifier = child, !Self.hasEnded(identifier) else { return }
            Glibc.kill(identifier, signal)
            if Poll.until(seconds: Self.patience, { Self.hasEnded(identifier) }) { return }
            Glibc.kill(identifier, SIGKILL)
            var status: Int32 = 0
            waitpid(identifier, &status, 0)
        }
    }

    /// Whether the child is gone; it is asked for its end only once.
    private static func hasEnded(_ identifier: pid_t) -> Bool {
        var status: Int32 = 0
        return waitpid(identifier, &status, WNOHANG) != 0
    }

    private static func spawn(
        _ path: String, _ arguments: [String], _ environment: [String: String], logFile: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, logFile, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // A Swift program's threads may block signals, and a child would inherit that.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var identifier: pid_t = 0
        let words = ([path] + arguments).map { strdup($0) } + [nil]
        let variables =
            ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { strdup("\($0)=\($1)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        let error = posix_spawn(&identifier, path, &actions, &attributes, words, variables)
        guard error == 0 else {
            throw Command.Failure(description: "\(path) cannot be started: \(String(cString: strerror(error)))")
        }
        return identifier
    }
}
