public import Basics
public import Foundation

/// The real `trapline` program, as the tests run it: `deploy/test` names the release build in TRAPLINE_BINARY; without
/// that it is the program beside the tests.
public enum TraplineProgram {
    public static func path() throws -> String {
        let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates: [String?] = [
            ProcessInfo.processInfo.environment["TRAPLINE_BINARY"], folder.appending(path: "trapline").path,
            folder.appending(path: "TraplineCommand").path,
            // Swift Testing's helper stands elsewhere; the package's own build folder is named by the source file.
            URL(filePath: #filePath).appending(path: "../../../.build/debug/trapline").standardized.path,
        ]
        for case let candidate? in candidates where FileManager.default.isExecutableFile(atPath: candidate) {
            return candidate
        }
        throw Command.Failure(description: "the trapline program is not built: run deploy/test, or swift build")
    }

    /// Runs a command to its end.
    public static func run(
        _ arguments: [String], input: Data? = nil, environment: [String: String] = [:]
    ) throws -> Command.Output {
        try Command.run(try path(), arguments, input: input, environment: environment)
    }
}

/// `trapline serve` with a configuration, on ports that the kernel picks.
public final class TraplineProcess: Sendable {
    private let process: ServerProcess

    /// - Parameter configuration: YAML; its listeners should ask for port 0.
    /// - Parameter namespace: the network that it serves in.
    public init(configuration: String, folder: TemporaryFolder, in namespace: NetworkNamespace? = nil) throws {
        let file = try folder.write(configuration, to: "trapline.yaml")
        var log: String?
        let words = [try TraplineProgram.path(), "serve", "--config", file]
        let command = namespace?.command(words) ?? words
        let prefix = URL(filePath: command[0]).lastPathComponent + "-"
        let known = TraplineProcess.logs(in: folder.path, prefix)
        process = try ServerProcess(
            command[0], Array(command.dropFirst()), folder: folder.path,
            isReady: {
                log = log ?? TraplineProcess.logs(in: folder.path, prefix).subtracting(known).first
                let text = log.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) } ?? ""
                return text.contains("notice: ready ")
            })
    }

    private static func logs(in folder: String, _ prefix: String) -> Set<String> {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return Set(names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".log") }.map { folder + "/" + $0 })
    }

    /// What the server printed so far: its log and the console sink's lines.
    public var output: String { (try? String(contentsOfFile: process.logFile, encoding: .utf8)) ?? "" }

    /// The endpoint that a listener is bound to, read from the log.
    public func endpoint(of listener: String) throws -> Endpoint {
        let marker = "Listener \(listener) receives on "
        guard let line = output.split(separator: "\n").first(where: { $0.contains(marker) }),
            let start = line.firstRange(of: marker)?.upperBound,
            let end = line[start...].firstRange(of: ": ")?.lowerBound, let endpoint = Endpoint(line[start..<end])
        else { throw Command.Failure(description: "no line tells where \(listener) listens:\n\(output)") }
        return endpoint
    }

    /// SIGTERM, and what a clean stop takes.
    public func stop() { process.stop() }
    /// SIGKILL.
    public func kill() { process.kill() }
    public func signal(_ signal: Int32) { process.send(signal: signal) }
}
