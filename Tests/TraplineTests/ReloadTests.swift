import Foundation
import TestPeers
import Testing

/// SIGHUP: a good configuration is taken over whole, a bad one changes nothing.
@Suite struct ReloadTests {
    @Test func aGoodConfigurationIsTakenOverAndABadOneIsNot() throws {
        let folder = try TemporaryFolder()
        let metricsPort = try Ports.free()
        func configuration(_ sink: String) -> String {
            """
            listen: {traps: ["127.0.0.1:0"]}
            data: \(folder.file("data"))
            metrics: 127.0.0.1:\(metricsPort)
            sinks: {archive: {file: {to: \(folder.file(sink))}}}
            routes: [{name: all, to: archive}]
            """
        }
        let trapline = try TraplineProcess(configuration: configuration("first.jsonl"), folder: folder)
        defer { trapline.stop() }
        let traps = try trapline.endpoint(of: "traps")
        func send(_ text: String) throws {
            let sent = try Command.run(
                "snmptrap",
                ["-v", "2c", "-c", "public", "\(traps)", "", "1.3.6.1.4.1.99.0.1", "1.3.6.1.4.1.99.1", "s", text])
            #expect(sent.status == 0, "\(sent.standardError)")
        }
        func content(_ name: String) -> String {
            (try? String(contentsOfFile: folder.file(name), encoding: .utf8)) ?? ""
        }
        func reloads() throws -> String? {
            try Command.run("curl", ["-s", "http://127.0.0.1:\(metricsPort)/metrics"]).text
                .split(separator: "\n").first { $0.hasPrefix("trapline_config_last_reload_successful") }
                .flatMap { $0.split(separator: " ").last.map(String.init) }
        }
        try send("one")
        #expect(Poll.until { content("first.jsonl").contains("one") })
        #expect(try reloads() == "1")

        _ = try folder.write("sinks: {archive: {fil: {}}}\n", to: "trapline.yaml")
        trapline.signal(SIGHUP)
        #expect(try Poll.until { try reloads() == "0" }, "\(trapline.output)")
        #expect(trapline.output.contains("trapline.yaml:1"))
        let health = try Command.run("curl", ["-s", "http://127.0.0.1:\(metricsPort)/health"]).text
        #expect(health.contains("the last reload was refused"), "\(health)")
        try send("two")
        #expect(Poll.until { content("first.jsonl").contains("two") })

        _ = try folder.write(configuration("second.jsonl"), to: "trapline.yaml")
        trapline.signal(SIGHUP)
        #expect(try Poll.until { try reloads() == "1" }, "\(trapline.output)")
        try send("three")
        #expect(Poll.until { content("second.jsonl").contains("three") }, "\(trapline.output)")
        #expect(!content("first.jsonl").contains("three"))
    }

    @Test func aRotatedFileIsOpenedAnew() throws {
        let folder = try TemporaryFolder()
        let trapline = try TraplineProcess(
            configuration: """
                listen: {traps: ["127.0.0.1:0"]}
                data: \(folder.file("data"))
                sinks: {archive: {file: {to: \(folder.file("events.jsonl"))}}}
                """, folder: folder)
        defer { trapline.stop() }
        func size(_ name: String) -> Int { (try? Data(contentsOf: URL(filePath: folder.file(name))))?.count ?? 0 }
        #expect(Poll.until { size("events.jsonl") > 0 })
        try FileManager.default.moveItem(atPath: folder.file("events.jsonl"), toPath: folder.file("events.1"))
        trapline.signal(SIGHUP)
        #expect(Poll.until { size("events.jsonl") > 0 }, "\(trapline.output)")
    }
}
