import Foundation
import Glibc
import SNMPWire
import TestPeers
import Testing

/// A real `snmptrapd` that prints what it is sent.
final class TrapPrinter {
    private let folder: TemporaryFolder
    private let server: ServerProcess
    private let port: UInt16
    private var log: String { folder.file("traps.log") }

    /// Variables that fit one datagram whatever their values; net-snmp takes at most 128 in one PDU.
    private static let variablesPerTrap = 25
    /// Traps on their way at a time: what fits the receive buffer of a socket that nobody tuned.
    private static let trapsAtATime = 20

    init() throws {
        let folder = try TemporaryFolder()
        let port = try Ports.free()
        let log = folder.file("traps.log")
        self.folder = folder
        self.port = port
        // -C: no configuration of this machine.
        server = try ServerProcess(
            "env",
            isolated.map { "\($0)=\($1)" } + [
                Command.locate("snmptrapd"), "-f", "-C", "-Lf", log, "-M", Bundled.folder, "-m", "ALL",
                "--disableAuthorization=yes", "-F", "%v\n", "udp:127.0.0.1:\(port)",
            ],
            folder: folder.path
        ) {
            try? TrapPrinter.send([], to: port)
            return (try? String(contentsOfFile: log, encoding: .utf8))?.contains("snmpTrapOID") ?? false
        }
    }

    deinit {
        // snmptrapd hears SIGTERM only once the next packet comes, and has nothing to save.
        server.kill()
    }

    /// A variable as the server prints it.
    struct Printed {
        let name: String
        let value: String
    }

    /// What the server makes of each variable.
    func print(_ variables: [VariableBinding]) throws -> [Printed] {
        let marker = try #require(OID("1.3.6.1.4.1.99999.7"))
        var printed: [Printed] = []
        let chunks = stride(from: 0, to: variables.count, by: Self.variablesPerTrap).map {
            Array(variables[$0..<min($0 + Self.variablesPerTrap, variables.count)])
        }
        for start in stride(from: 0, to: chunks.count, by: Self.trapsAtATime) {
            let range = start..<min(start + Self.trapsAtATime, chunks.count)
            // The first and the last variable of a trap tell its number, and that nothing of it is lost.
            for number in range {
                let mark = VariableBinding(name: marker, value: .integer(Int32(number)))
                try Self.send([mark] + chunks[number] + [mark], to: port)
            }
            var lines: [Int: [Printed]] = [:]
            let isComplete = try Poll.until(seconds: ServerProcess.patience) {
                lines = try self.lines(range)
                return lines.count == range.count
            }
            guard isComplete else { throw ToolFailure("snmptrapd did not print all traps") }
            for number in range {
                let line = lines[number] ?? []
                guard line.count == chunks[number].count else {
                    throw ToolFailure("snmptrapd printed \(line.count) variables: \(line)")
                }
                printed += line
            }
        }
        return printed
    }

    /// The values of the traps with these numbers, of those that stand whole in the log.
    private func lines(_ range: Range<Int>) throws -> [Int: [Printed]] {
        let text = try String(contentsOfFile: log, encoding: .utf8)
        var lines: [Int: [Printed]] = [:]
        for line in text.split(separator: "\n") {
            let variables = line.split(separator: "\t").dropFirst(2).map { variable in
                let parts = variable.firstRange(of: " = ")
                return Printed(
                    name: parts.map { String(variable[..<$0.lowerBound]) } ?? "",
                    value: parts.map { String(variable[$0.upperBound...]) } ?? String(variable))
            }
            guard variables.count > 2, let first = variables.first, let last = variables.last,
                first.name.hasSuffix("enterprises.99999.7"), first.name == last.name, first.value == last.value,
                let number = Int(first.value.dropFirst("INTEGER: ".count)), range.contains(number)
            else { continue }
            lines[number] = Array(variables.dropFirst().dropLast())
        }
        return lines
    }

    private static func send(_ variables: [VariableBinding], to port: UInt16) throws {
        let fixed = [
            VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(1)),
            VariableBinding(name: .snmpTrapOIDInstance, value: .objectIdentifier(.snmpTraps.appending(1))),
        ]
        let pdu = StandardPDU(
            kind: .trapV2, requestID: 1, errorStatus: 0, errorIndex: 0, variables: VariableBindings(fixed + variables))
        let datagram = CommunityMessage(version: .v2c, community: Array("public".utf8)[...], pdu: .standard(pdu))
            .encode()
        let socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard socket >= 0 else { throw ToolFailure("no socket") }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let sent = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                sendto(socket, datagram, datagram.count, 0, $0.baseAddress, socklen_t(bytes.count))
            }
        }
        guard sent == datagram.count else { throw ToolFailure("the trap was not sent: \(errno)") }
    }
}
