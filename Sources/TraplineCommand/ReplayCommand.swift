import ArgumentParser
import Basics
import Foundation
import Trapline

/// `trapline replay`: puts a capture back on the wire.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Sends the SNMP datagrams of captures to a receiver.",
        discussion: "At the capture's own pace by default. `--keep-sender` needs CAP_NET_RAW.")

    @Argument(help: "Captures.")
    var files: [String]

    @Option(name: .customLong("to"), help: "HOST:PORT of the receiver; an address, not a name.")
    var receiver: String

    @Option(name: .long, help: "Datagrams a second, instead of the capture's own pace.")
    var rate: Double?

    @Option(name: .long, help: "How many times the capture's own pace.")
    var speed: Double?

    @Flag(name: .long, help: "Begin again at the end, until interrupted.")
    var loop = false

    @Flag(
        name: .customLong("keep-sender"),
        help: "Send by raw socket from the captured senders; else all devices look like this machine.")
    var keepSender = false

    @Option(name: .customLong("port"), help: "A UDP port to take as SNMP besides the usual ones; can be repeated.")
    var ports: [UInt16] = []

    func validate() throws {
        guard rate == nil || speed == nil else { throw ValidationError("--rate and --speed exclude each other") }
        guard (rate ?? 1) > 0, (speed ?? 1) > 0 else { throw ValidationError("--rate and --speed are above 0") }
    }

    func run() throws {
        guard let endpoint = Endpoint(receiver, defaultPort: 162) else {
            throw CommandFailure("--to \(receiver): not ADDRESS:PORT")
        }
        let pace: Replayer.Pace =
            if let rate { .rate(perSecond: rate) } else { .captured(speed: speed ?? 1) }
        let replayer = Replayer(to: endpoint, pace: pace, keepsSender: keepSender, extraPorts: ports)
        let sent = try replayer.run(files: files, loop: loop)
        print("sent \(counted(sent, "datagram")) to \(endpoint)")
    }
}
