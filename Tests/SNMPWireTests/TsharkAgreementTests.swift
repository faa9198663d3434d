import Foundation
import FoundationXML
import SNMPWire
import TestPeers
import Testing

/// Wireshark's decoder, which shares no line with ours, reads the same in every fixture: OIDs, types and values.
@Suite struct TsharkAgreementTests {
    @Test func readsEveryFixtureAlike() throws {
        let fixtures = Fixture.all
        let packets = try Tshark.dissect(fixtures.map(\.datagram))
        try #require(packets.count == fixtures.count)
        for (fixture, packet) in zip(fixtures, packets) {
            let message = try SNMPMessage.decode(fixture.datagram)
            try compare(message, packet, "\(fixture.name)")
        }
    }

    /// The same for the leniencies that Wireshark shares.
    @Test func readsLenientDatagramsAlike() throws {
        let datagrams = [
            Octets.message(lengthOctets: 2), Octets.message(lengthOctets: 4), Octets.message(lengthOctets: 8),
            Octets.message(variables: Octets.binding(Octets.integer(0, 0, 0, 5))),
            Octets.message(variables: Octets.binding(Octets.element(0x41, [255, 255, 255, 255]))),
            Octets.message(variables: Octets.binding(Octets.element(0x41, [128]))),
            Octets.message(variables: Octets.binding(Octets.element(0x46, [UInt8](repeating: 255, count: 8)))),
            Octets.message(community: [4, 0]), Octets.message() + [0, 0, 0],
            Octets.message(header: Octets.trapOID + Octets.uptime), Octets.message(header: Octets.trapOID),
            Octets.trapV1(version: Octets.integer(1)), Octets.message(version: Octets.integer(0)),
            Octets.message(requestID: Octets.integer(255)),
        ]
        let packets = try Tshark.dissect(datagrams)
        try #require(packets.count == datagrams.count)
        for (datagram, packet) in zip(datagrams, packets) {
            try compare(SNMPMessage.decode(datagram), packet, Comment(rawValue: hex(datagram)))
        }
    }

    private func compare(_ message: SNMPMessage, _ packet: Tshark.Packet, _ comment: Comment) throws {
        #expect(packet["_ws.malformed"] == nil, comment)
        switch message {
        case .community(let message):
            #expect(packet["snmp.version"]?.show == "\(message.version.rawValue)", comment)
            #expect(packet["snmp.community"]?.value ?? "" == hex(message.community), comment)
        case .v3(let envelope):
            #expect(packet["snmp.msgVersion"]?.show == "3", comment)
            #expect(packet["snmp.msgID"]?.show == "\(envelope.messageID)", comment)
            #expect(packet["snmp.msgMaxSize"]?.show == "\(envelope.maxSize)", comment)
            #expect(packet["snmp.msgFlags"]?.value == hex([envelope.flags]), comment)
            #expect(packet["snmp.msgAuthoritativeEngineID"]?.value ?? "" == hex(envelope.engineID), comment)
            #expect(packet["snmp.msgAuthoritativeEngineBoots"]?.show == "\(envelope.engineBoots)", comment)
            #expect(packet["snmp.msgAuthoritativeEngineTime"]?.show == "\(envelope.engineTime)", comment)
            #expect(packet["snmp.msgUserName"]?.value ?? "" == hex(envelope.userName), comment)
            #expect(
                packet["snmp.msgAuthenticationParameters"]?.value ?? "" == hex(envelope.authenticationParameters),
                comment)
            #expect(packet["snmp.msgPrivacyParameters"]?.value ?? "" == hex(envelope.privacyParameters), comment)
            switch envelope.scopedPDU {
            case .plaintext(let contextEngineID, let contextName, _):
                #expect(packet["snmp.contextEngineID"]?.value ?? "" == hex(contextEngineID), comment)
                #expect(packet["snmp.contextName"]?.value ?? "" == hex(contextName), comment)
            case .encrypted(let octets):
                #expect(packet["snmp.encryptedPDU"]?.value == hex(octets), comment)
            }
        }
        guard let pdu = message.pdu else { return }
        #expect(packet["snmp.data"]?.show == "\(pdu.kind.rawValue & 0x1f)", comment)
        switch pdu {
        case .trapV1(let trap):
            #expect(packet["snmp.enterprise"]?.show == "\(trap.enterprise)", comment)
            #expect(packet["snmp.agent_addr"]?.show == dotted(trap.agentAddress), comment)
            #expect(packet["snmp.generic_trap"]?.show == "\(trap.genericTrap)", comment)
            #expect(packet["snmp.specific_trap"]?.show == "\(trap.specificTrap)", comment)
            #expect(packet["snmp.time_stamp"]?.show == "\(trap.timestamp)", comment)
        case .standard(let pdu):
            #expect(packet["snmp.request_id"]?.show == "\(pdu.requestID)", comment)
            let (status, index) =
                pdu.kind == .getBulkRequest
                ? ("snmp.non_repeaters", "snmp.max_repetitions") : ("snmp.error_status", "snmp.error_index")
            #expect(packet[status]?.show == "\(pdu.errorStatus)", comment)
            #expect(packet[index]?.show == "\(pdu.errorIndex)", comment)
        }
        #expect(pdu.variables.map(Tshark.Variable.init) == packet.variables, comment)
    }
}

/// tshark's view of SNMP datagrams, through its XML (PDML).
private enum Tshark {
    struct Variable: Hashable, CustomStringConvertible {
        var oid: String
        var type: String
        var value: String

        var description: String { "\(oid) = \(type): \(value)" }
    }

    struct Field {
        var name: String
        /// What tshark calls it, the type of a value in parentheses.
        var showName: String
        var show: String
        /// The octets in hex.
        var value: String
    }

    struct Packet {
        var fields: [Field] = []

        subscript(name: String) -> Field? { fields.first { $0.name == name } }

        var variables: [Variable] {
            var variables: [Variable] = []
            var oid: String?
            for field in fields {
                if field.name == "snmp.name" {
                    oid = field.show
                } else if let name = oid, let (type, value) = Tshark.value(of: field) {
                    variables.append(Variable(oid: name, type: type, value: value))
                    oid = nil
                }
            }
            return variables
        }
    }

    /// The type in our words and the value in the tests'; `nil` for a field that is no value.
    static func value(of field: Field) -> (type: String, value: String)? {
        switch field.name {
        case "snmp.noSuchObject", "snmp.noSuchInstance", "snmp.endOfMibView":
            return (String(field.name.dropFirst("snmp.".count)), "")
        case "snmp.value.null": return ("NULL", "")
        case "snmp.value.octets": return ("OCTET STRING", field.value)
        case "snmp.value.opaque": return ("Opaque", field.value)
        case let name where name.hasPrefix("snmp.value."):
            let type = field.showName.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
            let ours = ["Integer32": "INTEGER", "Timeticks": "TimeTicks", "OID": "OBJECT IDENTIFIER"]
            return (ours[String(type)] ?? String(type), field.show)
        default: return nil
        }
    }

    static func dissect(_ datagrams: [[UInt8]]) throws -> [Packet] {
        let file = FileManager.default.temporaryDirectory.appending(path: "snmpwire-\(UUID().uuidString).pcap")
        try pcap(datagrams).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        // No MIBs and no preferences: nothing of the machine may colour what it says.
        let output = try Command.run("tshark", ["-n", "-r", file.path, "-T", "pdml", "-d", "udp.port==162,snmp"])
        try #require(output.status == 0, "tshark failed: \(output.standardError)")
        let parser = XMLParser(data: output.standardOutput)
        let reader = Reader()
        parser.delegate = reader
        try #require(parser.parse(), "tshark's XML could not be read")
        return reader.packets
    }

    /// Each datagram in an IPv4 packet to port 162, in a pcap file of link type RAW.
    private static func pcap(_ datagrams: [[UInt8]]) -> Data {
        func big(_ number: Int) -> [UInt8] { [UInt8(number >> 8 & 0xff), UInt8(number & 0xff)] }
        func little(_ number: Int) -> [UInt8] { [0, 8, 16, 24].map { UInt8(number >> $0 & 0xff) } }
        var file: [UInt8] = little(0xa1b2_c3d4) + [2, 0, 4, 0] + little(0) + little(0) + little(65_535) + little(101)
        for datagram in datagrams {
            let ip: [UInt8] =
                [0x45, 0] + big(28 + datagram.count) + [0, 0, 0, 0, 64, 17, 0, 0] + [192, 0, 2, 1] + [192, 0, 2, 2]
            let udp = big(40_000) + big(162) + big(8 + datagram.count) + big(0)
            let packet = ip + udp + datagram
            file += little(0) + little(0) + little(packet.count) + little(packet.count) + packet
        }
        return Data(file)
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var packets: [Packet] = []

        func parser(
            _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            if element == "packet" { packets.append(Packet()) }
            guard element == "field" || element == "proto", !packets.isEmpty else { return }
            packets[packets.count - 1].fields.append(
                Field(
                    name: attributes["name"] ?? "", showName: attributes["showname"] ?? "",
                    show: attributes["show"] ?? "", value: attributes["value"] ?? ""))
        }
    }
}

extension Tshark.Variable {
    /// Wireshark leaves net-snmp's floats as the octets that they are.
    init(_ binding: VariableBinding) {
        switch binding.value {
        case .float(let number):
            self.init(oid: "\(binding.name)", type: "Opaque", value: "9f7804" + Self.hex(number.bitPattern))
        case .double(let number):
            self.init(oid: "\(binding.name)", type: "Opaque", value: "9f7908" + Self.hex(number.bitPattern))
        default:
            self.init(oid: "\(binding.name)", type: binding.value.typeName, value: binding.value.text)
        }
    }

    private static func hex(_ bits: some FixedWidthInteger) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: bits.bitWidth / 4 - digits.count) + digits
    }
}
