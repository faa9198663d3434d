internal import Foundation
internal import Synchronization

/// A real server that runs as a child of the tests, until `stop()` or the end of its last reference.
public final class ServerProcess: Sendable {
    /// What the server prints.
    public let logFile: String
    private let child: Mutex<ChildProcess?>

    /// Nothing in these tests starts or stops slower, even with all cores busy; past it something is wrong.
    public static let patience: Double = 30

    /// Starts `program`, with what it prints going to a file in `folder` and with these variables beside the tests'
    /// own, and returns once `isReady` says so.
    public init(
        _ program: String, _ arguments: [String], folder: String, environment: [String: String] = [:],
        isReady: () -> Bool
    ) throws {
        logFile = folder + "/\(URL(filePath: program).lastPathComponent)-\(UUID().uuidString.prefix(8)).log"
        child = Mutex(
            try ChildProcess(Command.locate(program), arguments, environment: environment, output: logFile))
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
    public var identifier: Int32? { isRunning ? child.withLock { $0?.identifier } : nil }

    public func send(signal: Int32) {
        child.withLock { child in
            // Its end is asked for once: whoever hears of it forgets it.
            if child?.end() != nil { child = nil }
            child?.send(signal)
        }
    }

    public var isRunning: Bool {
        child.withLock { child in
            if child?.end() != nil { child = nil }
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
            guard let running = child, running.end() == nil else { return }
            running.send(signal)
            if Poll.until(seconds: Self.patience, { running.end() != nil }) { return }
            running.kill()
        }
    }
}
