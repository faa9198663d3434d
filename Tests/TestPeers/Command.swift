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
    public static func run(
        _ program: String, _ arguments: [String], input: Data? = nil, environment: [String: String] = [:],
        seconds: Double = 60
    ) throws -> Output {
        let process = Process()
        process.executableURL = URL(filePath: try locate(program))
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let folder = FileManager.default.temporaryDirectory.appending(path: "trapline-command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files and not pipes: a program that fills a pipe nobody drains would never end.
        process.standardOutput = try file(folder.appending(path: "output"))
        process.standardError = try file(folder.appending(path: "error"))
        if let input {
            let url = folder.appending(path: "input")
            try input.write(to: url)
            process.standardInput = try FileHandle(forReadingFrom: url)
        } else {
            process.standardInput = FileHandle.nullDevice
        }
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        guard ended.wait(timeout: .now() + seconds) == .success else {
            process.terminate()
            throw Failure(description: "\(program) did not end within \(seconds) s")
        }
        return Output(
            status: process.terminationStatus,
            standardOutput: try Data(contentsOf: folder.appending(path: "output")),
            standardError: String(
                decoding: try Data(contentsOf: folder.appending(path: "error")), as: UTF8.self))
    }

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

    private static func file(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }
}
