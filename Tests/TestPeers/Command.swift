public import Foundation

/// Runs a program to its end; what the tests use to call real clients (`snmptrap`, `tshark`, …).
public struct Command: Sendable {
    public struct Output: Sendable {
        public var status: Int32
        public var standardOutput: Data
        public var standardError: String

        public var text: String { String(decoding: standardOutput, as: UTF8.self) }
    }

    /// A program that the tests need is not installed, or did not end in time.
    public struct Failure: Error, CustomStringConvertible {
        public var description: String

        public init(description: String) {
            self.description = description
        }
    }

    /// Runs `program` (a name looked up in PATH and the sbin folders) and waits for its end, at most `seconds`.
    ///
    /// net-snmp's programs keep what they remember in a folder that is gone after the run, unless `environment` names
    /// one: they all write the same file otherwise, and one that reads it half written gives up.
    public static func run(
        _ program: String, _ arguments: [String], input: Data? = nil, environment: [String: String] = [:],
        seconds: Double = 60
    ) throws -> Output {
        let folder = FileManager.default.temporaryDirectory.appending(path: "trapline-command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = { (name: String) in folder.appending(path: name) }
        try input?.write(to: file("input"))
        let environment = [Command.memory: file("memory").path].merging(environment) { _, given in given }
        // Files and not pipes: a program that fills a pipe nobody drains would never end.
        let child = try ChildProcess(
            locate(program), arguments, environment: environment,
            input: input == nil ? "/dev/null" : file("input").path, output: file("output").path,
            error: file("error").path)
        var end: ChildProcess.End?
        // A program as short as `snmpget` is through in a few milliseconds.
        let isThrough = Poll.until(seconds: seconds, every: 0.002) {
            end = child.end()
            return end != nil
        }
        guard isThrough else {
            child.kill()
            throw Failure(description: "\(program) did not end within \(seconds) s")
        }
        guard case .status(let status) = end else {
            throw Failure(description: "\(program) ended, and nobody knows how")
        }
        return Output(
            status: status,
            standardOutput: try Data(contentsOf: file("output")),
            standardError: String(decoding: try Data(contentsOf: file("error")), as: UTF8.self))
    }

    /// Where net-snmp's programs keep the engines and the boots that they remember.
    private static let memory = "SNMP_PERSISTENT_DIR"

    /// The full path of an installed program.
    public static func locate(_ program: String) throws -> String {
        if program.hasPrefix("/") { return program }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        for folder in path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"] {
            let candidate = folder + "/" + program
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        }
        throw Failure(description: "\(program) is not installed; deploy/test installs what the tests need")
    }
}
