import Foundation
import TestPeers

/// The real server on one data folder and one port through all its lives: started, killed as a crash would, started
/// again.
final class SurvivingServer {
    let port: UInt16
    let data: String
    let folder: TemporaryFolder
    private let metricsPort: UInt16
    private let configuration: String
    private let program: String
    private let launcher: [String]
    private let environment: [String: String]
    private var process: ServerProcess?
    private var logFiles: [String] = []

    /// - Parameters:
    ///   - settings: YAML for the configuration beside listeners, data folder and metrics. No sink by default.
    ///   - data: The data folder; by default one of the server's own, removed with it.
    ///   - launcher: A program and its arguments that start the server in their turn, as `nsenter` does.
    init(
        _ settings: String = "", data: String? = nil, launcher: [String] = [], environment: [String: String] = [:]
    ) throws {
        folder = try TemporaryFolder()
        self.data = data ?? folder.file("data")
        port = try Ports.free()
        metricsPort = try Ports.free()
        self.launcher = launcher
        self.environment = environment
        program = try TraplineProgram.path()
        // All senders of a test have one address, which none would have that sends as much; but for the tests of budgets.
        let access = settings.contains("budget:") ? "" : "access: {budget: off}"
        configuration = try folder.write(
            """
            listen: {traps: ["127.0.0.1:\(port)"]}
            \(access)
            data: \(self.data)
            metrics: 127.0.0.1:\(metricsPort)
            \(settings)

            """, to: "trapline.yaml")
    }

    /// Starts it, and by default waits until it says that it is ready.
    func start(untilReady: Bool = true) throws {
        let words = launcher + [program, "serve", "--config", configuration]
        let started = try ServerProcess(
            words[0], Array(words.dropFirst()), folder: folder.path, environment: environment, isReady: { true })
        process = started
        logFiles.append(started.logFile)
        guard untilReady else { return }
        _ = Poll.until { log(of: started).contains("notice: ready ") || !started.isRunning }
        guard log(of: started).contains("notice: ready ") else {
            throw Command.Failure(description: "the server did not get ready: \(log(of: started).suffix(4_000))")
        }
    }

    var isRunning: Bool { process?.isRunning ?? false }

    /// SIGKILL. That the server lived until then is checked: what is tested here never makes it end by itself.
    func kill() throws {
        guard let process, process.isRunning else {
            throw Command.Failure(description: "the server had ended by itself: \(currentLog.suffix(4_000))")
        }
        process.kill()
        self.process = nil
    }

    func send(signal: Int32) {
        process?.send(signal: signal)
    }

    /// The receive buffer that the kernel gave the listener's socket, in octets.
    func receiveBuffer() throws -> Int {
        let marker = "receive buffer "
        guard let start = currentLog.firstRange(of: marker)?.upperBound,
            let octets = Int(currentLog[start...].prefix { $0.isNumber })
        else { throw Command.Failure(description: "no line tells of the receive buffer:\n\(currentLog)") }
        return octets
    }

    /// SIGTERM, and waits for the end, which must be one in good order.
    func stop() throws {
        let log = process.map { $0.logFile }
        process?.stop()
        process = nil
        guard let log, let text = try? String(contentsOfFile: log, encoding: .utf8),
            text.contains("stopped: all that was received is processed")
        else {
            throw Command.Failure(description: "the server did not stop in good order: \(currentLog.suffix(4_000))")
        }
    }

    /// What the server said in all its lives.
    var log: String {
        logFiles.compactMap { try? String(contentsOfFile: $0, encoding: .utf8) }.joined()
    }

    /// What it said in its present or last life.
    var currentLog: String {
        logFiles.last.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) } ?? ""
    }

    /// What `/metrics` shows now.
    func metrics() throws -> MetricsScrape {
        try MetricsScrape(Command.expect("curl", ["-sf", "http://127.0.0.1:\(metricsPort)/metrics"]).text)
    }

    private func log(of process: ServerProcess) -> String {
        (try? String(contentsOfFile: process.logFile, encoding: .utf8)) ?? ""
    }
}
