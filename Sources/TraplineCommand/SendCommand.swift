import ArgumentParser
import Basics
import Foundation
import Intake
import SNMPWire
import Trapline

/// `trapline send`: a trap or inform by name.
struct SendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Sends a trap or inform by MIB name.",
        discussion: """
            trapline send --to 127.0.0.1:162 IF-MIB::linkDown ifIndex.7=7 ifAdminStatus.7=up ifOperStatus.7=down

            Where a name's syntax is not in the catalog, write NAME=TYPE:VALUE with net-snmp's type letters: i INTEGER, \
            u Gauge32, c Counter32, C Counter64, t TimeTicks, a IpAddress, o OBJECT IDENTIFIER, s text, x hex, n NULL.
            """)

    enum Version: String, ExpressibleByArgument, CaseIterable {
        case v1 = "1"
        case v2c = "2c"
    }

    @OptionGroup var configurationOptions: ConfigurationOptions

    @Option(name: .customLong("to"), help: "ADDRESS:PORT of the receiver.")
    var receiver = "127.0.0.1:162"

    @Option(name: .customLong("version"), help: "1 or 2c; SNMPv3 is not supported yet.")
    var version: Version = .v2c

    @Option(name: .long, help: "The community.")
    var community = "public"

    @Flag(name: .long, help: "Send an inform and wait for its response; exits with 1 without one.")
    var inform = false

    @Option(name: .long, help: "sysUpTime.0 in hundredths of a second; this machine's by default.")
    var uptime: UInt32?

    @Option(name: .customLong("agent-address"), help: "The agent-addr of a v1 trap.")
    var agentAddress = "127.0.0.1"

    @Option(name: .long, help: "How often an inform is sent again when no response comes.")
    var retries = 5

    @Option(name: .long, help: "How long each response is waited for, in seconds.")
    var timeout = 1.0

    @Argument(help: "The notification's name or OID.")
    var notification: String

    @Argument(help: "NAME=VALUE.")
    var variables: [String] = []

    func validate() throws {
        guard !(inform && version == .v1) else { throw ValidationError("v1 has no informs") }
        guard (0...100).contains(retries), timeout > 0 else {
            throw ValidationError("--retries is 0 to 100 and --timeout above 0")
        }
    }

    func run() throws {
        guard let endpoint = Endpoint(receiver, defaultPort: 162) else {
            throw CommandFailure("--to \(receiver): not ADDRESS:PORT")
        }
        let builder = NotificationBuilder(catalog: try configurationOptions.load().catalog)
        let requestID = Int32.random(in: 1...Int32.max)
        let message = try message(builder, requestID: requestID)
        let sender = try UDPSender(to: endpoint)
        guard inform else { return try sender.send(message) }
        let answer = try sender.request(message, timeout: .seconds(timeout), retries: retries) { reply in
            guard case .community(let message)? = try? SNMPMessage.decode(reply),
                case .standard(let pdu) = message.pdu
            else { return false }
            return pdu.kind == .response && pdu.requestID == requestID
        }
        guard answer != nil else { throw CommandFailure("no response from \(endpoint)") }
        print("acknowledged by \(endpoint)")
    }

    private func message(_ builder: NotificationBuilder, requestID: Int32) throws -> [UInt8] {
        var bindings: [VariableBinding] = []
        for text in variables { bindings.append(try builder.variable(text)) }
        guard let address = IPAddress(agentAddress), address.family == .v4 else {
            throw CommandFailure("--agent-address \(agentAddress): not an IPv4 address")
        }
        let notification = SNMPNotification(
            version: version == .v1 ? .v1 : .v2c, kind: inform ? .inform : .trap,
            trapOID: try builder.notificationOID(notification),
            agentAddress: version == .v1 ? UInt32(truncatingIfNeeded: address.bits) : nil,
            uptime: uptime ?? UInt32(truncatingIfNeeded: Int(ProcessInfo.processInfo.systemUptime * 100)),
            variables: VariableBindings(bindings))
        let community = ArraySlice(community.utf8)
        switch version {
        case .v1:
            guard let message = notification.v1Message(community: community) else {
                throw CommandFailure("v1 cannot say this: it has no Counter64; send it as 2c")
            }
            return message.encode()
        case .v2c:
            let pdu = notification.v2PDU(kind: inform ? .inform : .trap, requestID: requestID)
            return CommunityMessage(version: .v2c, community: community, pdu: .standard(pdu)).encode()
        }
    }
}
