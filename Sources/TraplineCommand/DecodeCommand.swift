import ArgumentParser
import Basics
import Captures
import Documents
import Foundation
import MIBCatalog
import Sinks
import Trapline
import TraplineConfiguration

/// `trapline decode`: what is in a capture, by name.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Prints every SNMP datagram in captures.",
        discussion:
            """
            Reads pcap and pcapng; `-` is standard input. SNMPv3 is verified and decrypted with the users of the \
            configuration, whenever it was sent, and a journal in its data folder with the keys that are kept there. Exits with 1 where a capture could not be read whole.
            """)

    @OptionGroup var configurationOptions: ConfigurationOptions

    @Flag(name: .long, help: "One JSON object a line.")
    var json = false

    @Option(
        name: .customLong("port"),
        help: "A UDP port to decode as SNMP besides 161, 162, 1161, 10162 and 11161; can be repeated.")
    var ports: [UInt16] = []

    @Option(name: .long, help: "Decode this datagram, given in hex, instead of a capture.")
    var hex: String?

    @Argument(help: "Captures.")
    var files: [String] = []

    func validate() throws {
        guard hex != nil || !files.isEmpty else { throw ValidationError("name a capture, or give --hex") }
    }

    func run() throws {
        let loaded = try configurationOptions.load()
        let naming = loaded.naming(of: files)
        var lines = OutputLines()
        if let hex {
            let payload = try HexText.octets(hex, what: "--hex")
            let nowhere = Endpoint(IPAddress(v4: 0), port: 0)
            let datagram = UDPDatagram(
                time: .now, sender: nowhere, receiver: nowhere, payload: payload, interfaceName: nil)
            write(datagram, naming, to: &lines)
        }
        var isWhole = true
        for file in files {
            do {
                var reader = try DatagramReader(path: file)
                var selection = SNMPSelection(loaded, extraPorts: ports)
                while let datagram = try reader.next() {
                    guard selection.takes(datagram) else { continue }
                    write(datagram, naming, to: &lines)
                }
                if let hint = selection.hint { warn("\(file): \(hint)") }
            } catch {
                lines.flush()
                // It names the file itself.
                warn("\(error)")
                isWhole = false
            }
        }
        lines.flush()
        guard isWhole else { throw ExitCode(1) }
    }

    private func write(_ datagram: UDPDatagram, _ naming: DatagramNaming, to lines: inout OutputLines) {
        let document = naming.document(datagram)
        lines.write(json ? document.jsonLine() : DatagramText.lines(document))
    }
}
