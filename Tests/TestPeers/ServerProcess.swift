internal import Foundation
internal import Synchronization

/// A real server that runs as a child of the tests, until `stop()` or the end of its last reference.
public final class ServerProcess: Sendable {
    /// What the server printed; shown where it does not come up.
    public let logFile: String
    private let name: String
    private let process: Mutex<Process?>

    /// Nothing in these tests starts or stops slower, even with both cores busy; past it something is wrong.
    public static let patience: Double = 30

    /// Starts `program` and returns once `isReady` says so.
    public init(
        _ program: String, _ arguments: [String], folder: String, environment: [String: String] = [:],
        isReady: () -> Bool
    ) throws {
        name = program
        logFile = folder + "/\(URL(filePath: program).lastPathComponent)-\(UUID().uuidString.prefix(8)).log"
        _ = FileManager.default.createFile(atPath: logFile, contents: nil)
        guard let log = FileHandle(forWritingAtPath: logFile) else {
            throw Command.Failure(description: "\(logFile) cannot be written")
        }
        let child = Process()
        child.executableURL = URL(filePath: try Command.locate(program))
        child.arguments = arguments
        child.currentDirectoryURL = URL(filePath: folder)
        child.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        child.standardInput = FileHandle.nullDevice
        child.standardOutput = log
        child.standardError = log
        try child.run()
        process = Mutex(child)
        guard Poll.until(seconds: Self.patience, { isReady() || !child.isRunning }), child.isRunning else {
            let said = (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? ""
            stop()
            throw Command.Failure(description: "\(program) did not come up: \(said.suffix(2_000))")
        }
    }

    deinit {
        stop()
    }

    public var processIdentifier: Int32? { process.withLock { $0?.processIdentifier } }

    /// Asks the server to end (SIGTERM), and after `patience` ends it (SIGKILL); returns when it is gone.
    public func stop() {
        end(with: SIGTERM)
    }

    /// Ends the server as a crash would (SIGKILL).
    public func kill() {
        end(with: SIGKILL)
    }

    private func end(with signal: Int32) {
        let child = process.withLock { process in
            defer { process = nil }
            return process
        }
        guard let child, child.isRunning else { return }
        Glibc.kill(child.processIdentifier, signal)
        if !Poll.until(seconds: Self.patience, { !child.isRunning }) {
            Glibc.kill(child.processIdentifier, SIGKILL)
        }
        child.waitUntilExit()
    }
}
