import Basics
import Foundation
import Synchronization
import TestPeers
import Testing

@testable import Journal

/// What packet tools make of a segment, while it is written and after.
@Suite struct JournalToolsTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A v2c trap (coldStart, sysUpTime 4711) with community "public", octet by octet.
    private let trap: [UInt8] =
        [0x30, 0x3f, 0x02, 0x01, 0x01, 0x04, 0x06] + Array("public".utf8)
        + [0xa7, 0x32, 0x02, 0x01, 0x05, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x27]
        + [0x30, 0x0e, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x02, 0x01, 0x01, 0x03, 0x00, 0x43, 0x02, 0x12, 0x67]
        + [0x30, 0x15, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x06, 0x03, 0x01, 0x01, 0x04, 0x01, 0x00]
        + [0x06, 0x07, 0x2b, 0x06, 0x01, 0x06, 0x03, 0x01, 0x01]

    private func tshark(_ path: String, _ fields: [String]) throws -> (status: Int32, rows: [[String]], error: String) {
        let output = try Command.run(
            "tshark",
            [
                "-r", path, "-n", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields",
            ] + fields.flatMap { ["-e", $0] })
        let rows = output.text.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        return (output.status, rows, output.standardError)
    }

    @Test func tsharkReadsASegmentThatIsStillOpen() throws {
        var settings = JournalSettings()
        settings.commitInterval = .zero
        let writer = try JournalWriter(folder: folder.path, settings: settings, interfaces: ["traps", "keep-alives"])
        let path = try #require(try folder.segments().first)
        var expected: [[String]] = []
        for round in 0..<3 {
            for number in round * 6..<round * 6 + 6 {
                let entry = entry(number, interface: number % 2 == 0 ? "traps" : "keep-alives", payload: trap)
                try writer.appendAndWait([entry]).get()
                let isV6 = entry.sender.address.family == .v6
                expected.append([
                    "\(entry.time.seconds).\(entry.time.fraction)", entry.interface, isV6 ? "" : "1", "1",
                    isV6 ? "" : "\(entry.sender.address)", isV6 ? "" : "\(entry.receiver.address)",
                    isV6 ? "\(entry.sender.address)" : "", isV6 ? "\(entry.receiver.address)" : "",
                    "\(entry.sender.port)", "162", "raw:ip\(isV6 ? "v6" : ""):udp:snmp", "public",
                    "1.3.6.1.2.1.1.3.0,1.3.6.1.6.3.1.1.4.1.0", "",
                ])
            }
            let (status, rows, error) = try tshark(
                path,
                [
                    "frame.time_epoch", "frame.interface_name", "ip.checksum.status", "udp.checksum.status", "ip.src",
                    "ip.dst", "ipv6.src", "ipv6.dst", "udp.srcport", "udp.dstport", "frame.protocols",
                    "snmp.community", "snmp.name", "_ws.expert",
                ])
            #expect(status == 0, "\(error)")
            #expect(rows == expected)
        }
    }

    @Test func tsharkReadsASegmentWhileItGrows() throws {
        var settings = JournalSettings()
        settings.commitInterval = .zero
        let writer = try JournalWriter(folder: folder.path, settings: settings, interfaces: ["traps"])
        try writer.appendAndWait([entry(0, payload: trap)]).get()
        let path = try #require(try folder.segments().first)
        let isDone = Mutex(false)
        let ended = DispatchSemaphore(value: 0)
        let payload = trap
        Thread {
            var number = 1
            // Bounded too, in case the test fails before it says that it is done.
            while number < 20_000, !isDone.withLock({ $0 }) {
                writer.appendAndWait([entry(number, payload: payload)])
                number += 1
            }
            ended.signal()
        }.start()
        for _ in 0..<5 {
            let (status, rows, error) = try tshark(path, ["udp.srcport", "udp.checksum.status"])
            // A read may meet the middle of a write: then the last block is cut short, and nothing else is wrong.
            #expect(status == 0 || error.contains("cut short"), "\(error)")
            #expect(rows.indices.allSatisfy { rows[$0] == ["\((40_000 + $0) & 0xffff)", "1"] })
            #expect(!rows.isEmpty)
        }
        isDone.withLock { $0 = true }
        ended.wait()
    }

    @Test func aHeadWithAPredecessorAndATornTailIsNoTroubleForTshark() throws {
        for round in 0..<2 {
            let writer = try JournalWriter(
                folder: folder.path, settings: JournalSettings(), interfaces: ["traps", "späte"])
            try writer.appendAndWait((0..<4).map { entry(round * 4 + $0, payload: trap) }).get()
            writer.close()
        }
        let path = try #require(try folder.segments().last)
        let whole = try tshark(path, ["udp.srcport"])
        #expect(whole.status == 0, "\(whole.error)")
        #expect(whole.rows.map { $0[0] } == ["40004", "40005", "40006", "40007"])
        try write(try read(path).dropLast(10), to: path)
        let torn = try tshark(path, ["udp.srcport"])
        #expect(torn.rows.map { $0[0] } == ["40004", "40005", "40006"])
    }

    @Test func capinfosCallsASegmentNanosecondRawIP() throws {
        let writer = try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: ["traps"])
        try writer.appendAndWait([entry(0, payload: trap)]).get()
        let path = try #require(try folder.segments().first)
        let output = try Command.run("capinfos", [path])
        #expect(output.status == 0, "\(output.standardError)")
        #expect(output.text.contains("nanoseconds (9)"))
        #expect(output.text.contains("Raw IP"))
        #expect(output.text.contains("Trapline"))
        #expect(output.text.contains("Name = traps"))
    }
}
