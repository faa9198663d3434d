import Foundation
import TestPeers
import Testing

/// A server that cannot start whole does not start in part: it says why, ends with a failure, and leaves its data folder
/// in order.
@Suite struct StartTests {
    private func configuration(_ folder: TemporaryFolder, data: String, traps: String, metrics: UInt16) -> String {
        """
        listen: {traps: ["\(traps)"]}
        data: \(folder.file(data))
        metrics: 127.0.0.1:\(metrics)
        sinks: {archive: {file: {to: \(folder.file(data + ".jsonl"))}}}
        """
    }

    @Test func aMetricsPortInUseEndsTheServer() throws {
        let folder = try TemporaryFolder()
        let port = try Ports.free()
        let first = try TraplineProcess(
            configuration: configuration(folder, data: "first", traps: "127.0.0.1:0", metrics: port), folder: folder)
        defer { first.stop() }
        #expect(Poll.until { Ports.isListening(port) }, "\(first.output)")

        let file = try folder.write(
            configuration(folder, data: "second", traps: "127.0.0.1:0", metrics: port), to: "second.yaml")
        let second = try TraplineProgram.run(["serve", "--config", file])
        #expect(second.status == 1)
        #expect(second.standardError.contains("metrics: cannot be served at 127.0.0.1:\(port): "), "\(second)")
        #expect(second.standardError.contains("Address already in use"))
        #expect(!second.standardError.contains("stopped: all that was received is processed"))
        // What it had journaled until then is processed.
        let events = try TraplineProgram.run(["events", "--data", folder.file("second")])
        #expect(events.text.contains("traplineStarted"), "\(events)")
        #expect(events.text.contains("traplineStopped"))
    }

    @Test func aDataFolderInUseEndsTheServer() throws {
        let folder = try TemporaryFolder()
        let first = try TraplineProcess(
            configuration: configuration(folder, data: "data", traps: "127.0.0.1:0", metrics: try Ports.free()),
            folder: folder)
        defer { first.stop() }
        let file = try folder.write(
            configuration(folder, data: "data", traps: "127.0.0.1:0", metrics: try Ports.free()), to: "second.yaml")
        let second = try TraplineProgram.run(["serve", "--config", file])
        #expect(second.status == 1)
        #expect(
            second.standardError.contains(
                "\(folder.file("data")): another trapline server (or command) uses this data folder"), "\(second)")
    }

    @Test func aListenersPortInUseEndsTheServer() throws {
        let folder = try TemporaryFolder()
        let first = try TraplineProcess(
            configuration: configuration(folder, data: "first", traps: "127.0.0.1:0", metrics: try Ports.free()),
            folder: folder)
        defer { first.stop() }
        let traps = try first.endpoint(of: "traps")

        let file = try folder.write(
            configuration(folder, data: "second", traps: "\(traps)", metrics: try Ports.free()), to: "second.yaml")
        let second = try TraplineProgram.run(["serve", "--config", file])
        #expect(second.status == 1)
        #expect(second.standardError.contains("listener traps cannot receive on \(traps)"), "\(second)")
        // It never started, so that nothing says that it stopped.
        let events = try TraplineProgram.run(["events", "--data", folder.file("second")])
        #expect(events.status == 0, "\(events)")
        #expect(events.text.isEmpty)
    }
}
