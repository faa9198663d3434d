internal import Foundation

/// The real `trapline-simulator`: a fleet in a process of its own, which the tests tell what is to happen to it.
public final class SimulatorProcess: Sendable {
    private let process: ServerProcess
    private let folder: String
    private let scenario: String

    /// The program beside the tests, or the one that SIMULATOR_BINARY names.
    public static func path() throws -> String {
        let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates: [String?] = [
            ProcessInfo.processInfo.environment["SIMULATOR_BINARY"],
            folder.appending(path: "trapline-simulator").path,
            URL(filePath: #filePath).appending(path: "../../../.build/debug/trapline-simulator").standardized.path,
        ]
        for case let candidate? in candidates where FileManager.default.isExecutableFile(atPath: candidate) {
            return candidate
        }
        throw Command.Failure(description: "trapline-simulator is not built: run deploy/test, or swift build")
    }

    /// - Parameter namespace: the network namespace that the devices live in.
    public init(_ arguments: [String], folder: TemporaryFolder, in namespace: NetworkNamespace? = nil) throws {
        self.folder = folder.path
        scenario = try folder.write("", to: "scenario-\(UUID().uuidString.prefix(8))")
        let program = try SimulatorProcess.path()
        var words = [program] + arguments + ["--scenario", scenario]
        if let namespace { words = namespace.command(words) }
        // Its first line says that its socket is bound.
        let output = Output()
        process = try ServerProcess(
            words[0], Array(words.dropFirst()), folder: folder.path,
            isReady: { output.find(in: folder.path, for: words[0]).contains(" to ") })
    }

    /// Finds the log of the process that is being started.
    private final class Output {
        func find(in folder: String, for program: String) -> String {
            let prefix = URL(filePath: program).lastPathComponent + "-"
            let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
                $0.hasPrefix(prefix) && $0.hasSuffix(".log")
            }
            // Several simulators may share a folder: each has said its line before the next one is started.
            let texts = names.map { (try? String(contentsOfFile: folder + "/" + $0, encoding: .utf8)) ?? "" }
            return texts.contains("") ? "" : texts.joined()
        }
    }

    /// Has a step happen, and returns once it has.
    public func perform(_ step: String) throws {
        let before = count(of: step)
        let handle = FileHandle(forWritingAtPath: scenario)
        try handle?.seekToEnd()
        try handle?.write(contentsOf: Data((step + "\n").utf8))
        try handle?.close()
        guard Poll.until({ count(of: step) > before || !process.isRunning }), process.isRunning else {
            throw Command.Failure(description: "the simulator did not do “\(step)”: \(output.suffix(2_000))")
        }
    }

    private func count(of step: String) -> Int {
        output.split(separator: "\n").count { $0.contains(": \(step): ") }
    }

    /// The alarms that stand on the devices, each `DEVICE OID SOURCE SEVERITY`.
    public func standing() throws -> Set<String> {
        struct Line: Decodable {
            var device: String
            var alarm: String
            var source: String
            var severity: String
        }
        let file = folder + "/standing-\(UUID().uuidString.prefix(8))"
        try perform("report all \(file)")
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        return Set(lines.map { "\($0.device) \($0.alarm) \($0.source) \($0.severity)" })
    }

    /// What it printed so far.
    public var output: String { (try? String(contentsOfFile: process.logFile, encoding: .utf8)) ?? "" }

    public func stop() { process.stop() }
}
