import Basics
import Foundation
import TestPeers
import Testing

/// Link traffic of real agents' clients, captured by a real capture program: at its end stand the links that are down,
/// whether the capture is explained or put back on the wire.
@Suite struct CapturedLinkTests {
    private static let (linkDown, linkUp) = ("1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.4")
    private static let port = 162

    private struct Link: Hashable, CustomStringConvertible {
        var device: String
        var index: Int

        var description: String { "\(device) ifIndex.\(index)" }
    }

    /// `snmptrap` tells of a link, in either version.
    private func tell(_ trap: String, of link: Link, isWanted: Bool, v1: Bool, in namespace: NetworkNamespace) throws {
        let entry = "1.3.6.1.2.1.2.2.1"
        let variables = [
            "\(entry).1.\(link.index)", "i", "\(link.index)", "\(entry).7.\(link.index)", "i", isWanted ? "1" : "2",
            "\(entry).8.\(link.index)", "i", trap == Self.linkDown ? "2" : "1",
        ]
        let head = [
            "snmptrap", "-v", v1 ? "1" : "2c", "-c", "public", "-m", "", "--clientaddr=\(link.device)",
            "127.0.0.1:\(Self.port)",
        ]
        // v1: enterprise, agent, generic and specific trap, uptime (RFC 1157 §4.1.6).
        let generic = trap == Self.linkDown ? "2" : "3"
        let words =
            v1 ? head + ["1.3.6.1.4.1.8072.3.2.10", link.device, generic, "0", ""] : head + ["", trap]
        try namespace.run(words + variables)
    }

    /// Repeats, clears of nothing, and links that somebody took down are among it. Gives what is down in the end.
    private func tellAtRandom(_ count: Int, seed: UInt64, in namespace: NetworkNamespace) throws -> Set<Link> {
        var random = SeededGenerator(seed: seed)
        var down: Set<Link> = []
        for _ in 0..<count {
            let device = Int.random(in: 1...3, using: &random)
            let link = Link(device: "127.40.0.\(device)", index: .random(in: 1...4, using: &random))
            let isDown = Bool.random(using: &random)
            let isWanted = Int.random(in: 0..<5, using: &random) > 0
            // Each device has its version: what differs would be who reports and not what.
            try tell(
                isDown ? Self.linkDown : Self.linkUp, of: link, isWanted: isWanted || !isDown, v1: device == 1,
                in: namespace)
            if !isDown {
                down.remove(link)
            } else if isWanted {
                down.insert(link)
            }
        }
        return down
    }

    /// Ends by itself with the last of `count` datagrams: told to end, it would give up what it has not written.
    private func capture(_ count: Int, to file: String, folder: TemporaryFolder, in namespace: NetworkNamespace) throws
        -> ServerProcess
    {
        let words = namespace.command([
            "dumpcap", "-q", "-i", "lo", "-f", "udp", "-c", "\(count)", "-w", file,
        ])
        // It makes the file once it captures.
        return try ServerProcess(
            words[0], Array(words.dropFirst()), folder: folder.path,
            isReady: { FileManager.default.fileExists(atPath: file) })
    }

    /// What `trapline explain` finds in captures: how many events, and which links are down at the end.
    private func explain(_ files: [String]) throws -> (events: Int, standing: Set<String>) {
        struct Line: Decodable { var active: OperatorView.Alarm }
        let output = try Command.expect(TraplineProgram.path(), ["explain", "--active", "--json"] + files)
        let lines = output.text.split(separator: "\n").map { Data($0.utf8) }
        let alarms = lines.compactMap { try? JSONDecoder().decode(Line.self, from: $0).active }
        let standing = Set(alarms.map { "\($0.device.address) \($0.source)" })
        #expect(standing.count == alarms.count && alarms.allSatisfy { $0.alarm == "linkDown" }, "\(alarms)")
        return (lines.count - alarms.count, standing)
    }

    @Test(arguments: [1, 2] as [UInt64]) func theLinksThatAreDownStandAtTheEnd(_ seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let namespace = try NetworkNamespace()
        let file = folder.file("links.pcapng")
        let count = 40
        let capturing = try capture(count, to: file, folder: folder, in: namespace)
        let down = try tellAtRandom(count, seed: seed, in: namespace)
        try #require(Poll.until { !capturing.isRunning }, "not all was captured")
        try #require(!down.isEmpty)
        let wanted = Set(down.map(\.description))

        // Explained, by the capture's own clock.
        let explained = try explain([file])
        #expect(explained.events == count, "seed \(seed)")
        #expect(explained.standing == wanted, "seed \(seed)")

        // Put back on the wire, towards a server.
        let server = try TraplineProcess(
            configuration: "listen: {traps: [\"127.0.0.1:0\"]}\ndata: \(folder.file("data"))\n", folder: folder,
            in: namespace)
        let replay = [
            try TraplineProgram.path(), "replay", "--keep-sender", "--rate", "500", "--to",
            "\(try server.endpoint(of: "traps"))", file,
        ]
        #expect(try namespace.run(replay).contains("sent \(count) datagrams"))
        let view = OperatorView(data: folder.file("data"))
        var alarms: Set<String> = []
        #expect(
            try Poll.until(every: 0.2) {
                alarms = Set(try view.alarms().map { "\($0.device.address) \($0.source)" })
                return alarms == wanted
            }, "seed \(seed): \(alarms.sorted()), not \(wanted.sorted())")
        server.stop()
        #expect(try Set(view.alarms().map { "\($0.device.address) \($0.source)" }) == wanted, "seed \(seed)")

        // What the server captured is such a capture.
        let journal = folder.file("data/journal")
        let segments = try FileManager.default.contentsOfDirectory(atPath: journal).filter { $0.hasSuffix(".pcapng") }
        #expect(try explain(segments.sorted().map { journal + "/" + $0 }).standing == wanted, "seed \(seed)")
    }
}
