import Basics
import Foundation
import TestPeers

@testable import Captures

/// A file of a test's own, removed with the value.
final class TemporaryFile: Sendable {
    let path: String

    init(_ bytes: [UInt8] = []) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "trapline-capture-\(UUID().uuidString)").path
        try Data(bytes).write(to: URL(filePath: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func bytes() throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }
}

/// All datagrams of a capture, and the error with which it ended.
func datagrams(_ bytes: [UInt8]) -> (datagrams: [UDPDatagram], error: CaptureError?, skipped: DatagramReader.Skipped?) {
    var found: [UDPDatagram] = []
    var skipped: DatagramReader.Skipped?
    do {
        var reader = try DatagramReader(bytes: bytes)
        defer { skipped = reader.skipped }
        while let datagram = try reader.next() { found.append(datagram) }
        return (found, nil, reader.skipped)
    } catch {
        return (found, error, skipped)
    }
}

/// All packets of a capture, and the error with which it ended.
func packets(_ bytes: [UInt8]) -> (packets: [CapturedPacket], error: CaptureError?) {
    var found: [CapturedPacket] = []
    do {
        var reader = try CaptureReader(bytes: bytes)
        while let packet = try reader.next() { found.append(packet) }
        return (found, nil)
    } catch {
        return (found, error)
    }
}

/// One line a datagram: time, sender, receiver, payload, interface. The same from us and from tshark.
func lines(_ datagrams: [UDPDatagram], withInterface: Bool = false) -> [String] {
    datagrams.map { datagram in
        let fraction = String(datagram.time.fraction)
        let time = "\(datagram.time.seconds).\(String(repeating: "0", count: 9 - fraction.count))\(fraction)"
        let payload = datagram.payload.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(time) \(datagram.sender) \(datagram.receiver) \(payload)"
            + (withInterface ? " \(datagram.interfaceName ?? "")" : "")
    }
}

func tsharkLines(_ bytes: [UInt8], withInterface: Bool = false) throws -> [String] {
    try tsharkLines(path: try TemporaryFile(bytes), withInterface: withInterface)
}

func tsharkLines(path file: TemporaryFile, withInterface: Bool = false) throws -> [String] {
    var fields = ["frame.time_epoch", "ip.src", "ipv6.src", "udp.srcport", "ip.dst", "ipv6.dst", "udp.dstport"]
    fields += ["udp.payload"] + (withInterface ? ["frame.interface_name"] : [])
    let output = try Command.run(
        "tshark", ["-r", file.path, "-n", "-Y", "udp", "-T", "fields"] + fields.flatMap { ["-e", $0] })
    return output.text.split(separator: "\n").map { line in
        let field = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        let sender = field[1].isEmpty ? "[\(field[2])]:\(field[3])" : "\(field[1]):\(field[3])"
        let receiver = field[4].isEmpty ? "[\(field[5])]:\(field[6])" : "\(field[4]):\(field[6])"
        return ([field[0], sender, receiver] + field[7...]).joined(separator: " ")
    }
}
