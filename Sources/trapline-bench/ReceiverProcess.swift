import Foundation

/// A receiver that runs as a child process, from its start until it is told to stop.
final class ReceiverProcess {
    /// How long it may take to bind its port, and how long to stop, in seconds.
    private static let patience: TimeInterval = 20

    let port: UInt16
    private let title: String
    private let process = Process()
    private let messages: URL

    /// Returns when it has bound its port.
    init(_ receiver: ComparedReceiver, folder: URL) throws {
        title = receiver.title
        port = try LoopbackPort.free()
        messages = folder.appending(path: "messages")
        try Data().write(to: messages)
        let errors = try FileHandle(forWritingTo: messages)
        defer { try? errors.close() }
        let lines = ComparedReceiver.output(in: folder)
        try Data().write(to: lines)
        let output = try FileHandle(forWritingTo: lines)
        defer { try? output.close() }
        process.executableURL = URL(filePath: receiver.executable)
        process.arguments = try receiver.arguments(folder, port)
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        do {
            let deadline = Date(timeIntervalSinceNow: Self.patience)
            while SocketQueue(port: port) == nil {
                try check()
                guard Date() < deadline else { throw failure("has not bound port \(port)") }
                Thread.sleep(forTimeInterval: 0.01)
            }
        } catch {
            stop()
            throw error
        }
    }

    var identifier: Int32 { process.processIdentifier }

    /// The CPU time that it has taken so far, in nanoseconds.
    func cpuTime() throws -> Int64 { try CPUClock.process(process.processIdentifier) }

    /// The state of its socket.
    func queue() throws -> SocketQueue {
        try check()
        guard let queue = SocketQueue(port: port) else { throw failure("has closed its socket") }
        return queue
    }

    /// Ends it, in kindness first.
    func stop() {
        process.terminate()
        let deadline = Date(timeIntervalSinceNow: Self.patience)
        while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// Throws if it has ended, with what it said last.
    func check() throws {
        try Interruption.check()
        guard process.isRunning else { throw failure("has ended") }
    }

    func failure(_ what: String) -> BenchmarkError {
        let said = (try? String(contentsOf: messages, encoding: .utf8)) ?? ""
        let last = said.split(separator: "\n").suffix(5).joined(separator: "\n")
        return BenchmarkError("\(title) \(what). Its last words:\n\(last)")
    }
}
