public import Foundation

/// Asks tshark what it sees in a capture.
public enum Tshark {
    /// One value per field for each packet; a field that occurs more than once is joined with commas. `decodeAs` as
    /// `tshark -d` takes it: `udp.port==40925,acdr`; `preferences` as `tshark -o` takes them.
    public static func fields(
        _ fields: [String], of capture: Data, decodeAs: [String] = [], preferences: [String] = []
    ) throws -> [[String]] {
        let rows = try run(
            capture, decodeAs: decodeAs,
            preferences.flatMap { ["-o", $0] } + ["-T", "fields", "-E", "separator=/t", "-E", "occurrence=a"]
                + fields.flatMap { ["-e", $0] })
        return rows.split(separator: "\n", omittingEmptySubsequences: true).map { row in
            row.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// Each packet's full decoding as text.
    public static func tree(of capture: Data, decodeAs: [String] = []) throws -> String {
        try run(capture, decodeAs: decodeAs, ["-V"])
    }

    /// What tshark's expert finds wrong, at severity warning or error; empty for a clean capture.
    public static func complaints(about capture: Data, decodeAs: [String] = []) throws -> String {
        try run(capture, decodeAs: decodeAs, ["-q", "-z", "expert,warn"])
            .split(separator: "\n").filter { !$0.allSatisfy { "= ".contains($0) } }.joined(separator: "\n")
    }

    /// A classic pcap file (microseconds, link type raw IP) of IP packets, each so many seconds after the one before: what
    /// `fields` and the rest take.
    public static func capture(ofIPPackets packets: [[UInt8]], secondsBetween seconds: UInt32 = 1) -> Data {
        func little(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
        let version: [UInt8] = [2, 0, 4, 0]
        let rawIP: UInt32 = 101
        var file = little(0xa1b2_c3d4) + version + little(0) + little(0) + little(65_535) + little(rawIP)
        for (number, packet) in packets.enumerated() {
            let length = little(UInt32(packet.count))
            file += little(1_767_225_600 + UInt32(number) * seconds) + little(0) + length + length + packet
        }
        return Data(file)
    }

    private static func run(_ capture: Data, decodeAs: [String], _ arguments: [String]) throws -> String {
        let folder = try TemporaryFolder()
        let file = try folder.write(capture, to: "capture.pcap")
        let output = try Command.expect(
            "tshark", ["-n", "-r", file] + decodeAs.flatMap { ["-d", $0] } + arguments)
        return output.text
    }
}
