import ArgumentParser
import Basics
import Foundation
import Intake
import SNMPSecurity
import SNMPWire
import Trapline
import TraplineConfiguration

/// `trapline send`: a trap or inform by name.
struct SendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Sends a trap or inform by MIB name.",
        discussion: """
            trapline send --to 127.0.0.1:162 IF-MIB::linkDown ifIndex.7=7 ifAdminStatus.7=up ifOperStatus.7=down

            Where a name's syntax is not in the catalog, write NAME=TYPE:VALUE with net-snmp's type letters: i INTEGER, \
            u Gauge32, c Counter32, C Counter64, t TimeTicks, a IpAddress, o OBJECT IDENTIFIER, s text, x hex, n NULL.

            By SNMPv3, as a user of the configuration or with net-snmp's options:
            trapline send --config trapline.yaml -u ops --inform IF-MIB::linkDown
            trapline send -u ops -a SHA-256 -A PASSWORD -x AES -X PASSWORD IF-MIB::linkDown
            """)

    enum Version: String, ExpressibleByArgument, CaseIterable {
        case v1 = "1"
        case v2c = "2c"
        case v3 = "3"
    }

    @OptionGroup var configurationOptions: ConfigurationOptions

    @Option(name: .customLong("to"), help: "ADDRESS:PORT of the receiver.")
    var receiver = "127.0.0.1:162"

    @Option(name: [.customShort("v"), .customLong("version")], help: "1, 2c (the default) or 3.")
    var askedVersion: Version?

    @Option(name: .long, help: "The community of v1 and v2c.")
    var community = "public"

    @OptionGroup(title: "SNMPv3") var security: SecurityOptions

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

    private var version: Version { askedVersion ?? (security.isUsed ? .v3 : .v2c) }

    func validate() throws {
        guard version == .v3 || !security.isUsed else {
            throw ValidationError("--user and the options that go with it are for --version 3")
        }
        guard !(inform && version == .v1) else { throw ValidationError("v1 has no informs") }
        if inform { try security.validateForInform() }
        guard (0...100).contains(retries), timeout > 0 else {
            throw ValidationError("--retries is 0 to 100 and --timeout above 0")
        }
    }

    func run() throws {
        guard let endpoint = Endpoint(receiver, defaultPort: 162) else {
            throw CommandFailure("--to \(receiver): not ADDRESS:PORT")
        }
        let loaded = try configurationOptions.load()
        let builder = NotificationBuilder(catalog: loaded.catalog)
        let requestID = Int32.random(in: 1...Int32.max)
        let sender = try UDPSender(to: endpoint)
        if version == .v3 {
            let user = try security.sender(among: loaded.configuration?.access.users ?? [])
            try send(as: user, notification(builder), requestID: requestID, over: sender)
        } else {
            try send(message(notification(builder), requestID: requestID), requestID: requestID, over: sender)
        }
    }

    private func send(
        as user: SecureSender, _ notification: SNMPNotification, requestID: Int32, over sender: UDPSender
    ) throws {
        let pdu = notification.v2PDU(kind: inform ? .inform : .trap, requestID: requestID)
        guard inform else {
            return try sender.send(
                user.trap(.standard(pdu), engine: security.engine(), reading: security.reading))
        }
        let engine = try security.engine()
        try tell(
            wasAnswered: user.inform(
                pdu, engine: engine, over: sender, timeout: .seconds(timeout), retries: retries))
    }

    private func send(_ message: [UInt8], requestID: Int32, over sender: UDPSender) throws {
        guard inform else { return try sender.send(message) }
        let answer = try sender.request(message, timeout: .seconds(timeout), retries: retries) { reply in
            guard case .community(let message)? = try? SNMPMessage.decode(reply),
                case .standard(let pdu) = message.pdu
            else { return false }
            return pdu.kind == .response && pdu.requestID == requestID
        }
        try tell(wasAnswered: answer != nil)
    }

    private func tell(wasAnswered: Bool) throws {
        guard wasAnswered else { throw CommandFailure("no response from \(receiver)") }
        print("acknowledged by \(receiver)")
    }

    private func notification(_ builder: NotificationBuilder) throws -> SNMPNotification {
        var bindings: [VariableBinding] = []
        for text in variables { bindings.append(try builder.variable(text)) }
        guard let address = IPAddress(agentAddress), address.family == .v4 else {
            throw CommandFailure("--agent-address \(agentAddress): not an IPv4 address")
        }
        return SNMPNotification(
            version: version == .v1 ? .v1 : .v2c, kind: inform ? .inform : .trap,
            trapOID: try builder.notificationOID(notification),
            agentAddress: version == .v1 ? UInt32(truncatingIfNeeded: address.bits) : nil,
            uptime: uptime ?? UInt32(truncatingIfNeeded: Int(ProcessInfo.processInfo.systemUptime * 100)),
            variables: VariableBindings(bindings))
    }

    private func message(_ notification: SNMPNotification, requestID: Int32) throws -> [UInt8] {
        let community = ArraySlice(community.utf8)
        if version == .v1 {
            guard let message = notification.v1Message(community: community) else {
                throw CommandFailure("v1 cannot say this: it has no Counter64; send it as 2c or 3")
            }
            return message.encode()
        }
        let pdu = notification.v2PDU(kind: inform ? .inform : .trap, requestID: requestID)
        return CommunityMessage(version: .v2c, community: community, pdu: .standard(pdu)).encode()
    }
}
