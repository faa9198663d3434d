import Alarms
import Basics
import Documents
import Foundation
import MIBCatalog
import SNMPSecurity
import SNMPWire
import TestPeers
import Testing

@testable import Sinks

/// What is written straight from a datagram's octets is, octet for octet, what its document tells.
@Suite struct NotificationElementTests {
    private static let catalog = Catalog.load(directories: [Catalog.bundledDirectory()].compactMap { $0 }).catalog

    private static let formatter = SyslogFormatter(
        settings: SyslogSettings(host: "127.0.0.1", transport: .tcp(.octetCounting)), ownName: "collector",
        processID: 99, timeZone: .gmt)

    /// The element as RFC 5675 §3.2 has it, made of Strings and without a limit.
    private func element(_ datagram: DatagramDocument) -> String {
        guard let oid = datagram.oid else { return "" }
        var parameters: [(String, String)] = []
        if let engine = datagram.contextEngineID ?? datagram.engineID { parameters.append(("ctxEngine", engine)) }
        if let name = datagram.context { parameters.append(("ctxName", name)) }
        parameters += [
            ("v1", "1.3.6.1.2.1.1.3.0"), ("l1", "SNMPv2-MIB::sysUpTime.0"), ("t1", String(datagram.uptime ?? 0)),
            ("v2", "1.3.6.1.6.3.1.1.4.1.0"), ("l2", "SNMPv2-MIB::snmpTrapOID.0"), ("o2", oid),
            ("a2", datagram.name ?? oid),
        ]
        for (index, variable) in (datagram.variables ?? []).enumerated() {
            let number = index + 3
            parameters.append(("v\(number)", variable.oid))
            parameters.append(("l\(number)", variable.name))
            let value =
                switch variable.value {
                case .integer(let number): String(number)
                case .real(let number): String(number)
                case .text(let text): text
                case .null: ""
                }
            let letters = [
                "INTEGER": "d", "Gauge32": "u", "Counter32": "c", "Counter64": "C", "TimeTicks": "t",
                "OBJECT IDENTIFIER": "o", "IpAddress": "i", "OCTET STRING": "x", "Opaque": "p", "Float": "p",
                "Double": "p",
            ]
            parameters.append((letters[variable.type, default: "n"] + String(number), value))
            if variable.text != value, !variable.text.isEmpty { parameters.append(("a\(number)", variable.text)) }
        }
        return "[snmp" + parameters.map { " \($0)=\"\(StructuredData.escaped($1))\"" }.joined() + "]"
    }

    private func expectAlike(
        _ octets: [UInt8], _ comment: String = "", opener: NotificationOpener? = nil
    ) throws {
        let event = WireSamples.sinkEvent(
            WireSamples.event(), datagram: octets, catalog: Self.catalog, opener: opener)
        let document = try #require(event.datagram)
        let element = element(document)
        let message = Self.formatter.message(for: event)
        let name = document.name?.components(separatedBy: "::").last ?? event.event.alarm
        #expect(message.contains(" 99 \(name.prefix(32)) [alarm "), "\(comment)")
        // One that is too long is cut between variables.
        if element.utf8.count < 7_000 {
            #expect(message.contains("\"]\(element) Title: "), "\(comment)")
        } else {
            let begin = try #require(message.range(of: "[snmp"))
            let end = try #require(message.range(of: "] Title: "))
            #expect(element.hasPrefix(message[begin.lowerBound..<end.lowerBound]), "\(comment)")
        }
    }

    @Test func `any variable is written alike`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = VariableGenerator(seed: seed)
        for _ in 0..<2_000 {
            try expectAlike(WireSamples.datagram(variables: random.variables()), "seed \(seed)")
        }
    }

    /// Its variables are there for whoever has the keys, and its existence for everybody.
    @Test func `an encrypted notification is written alike`() throws {
        let user = User(
            name: "ops", authentication: .init(.sha256, password: Secret("authentic words")),
            privacy: .init(.aes128, password: Secret("private words")))
        let users = UserTable([user])
        let engine = try #require(EngineID([0x80, 0, 0x1f, 0x88, 1]))
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = VariableGenerator(seed: seed)
        for number in 0..<200 {
            // A proxy's now and then.
            let context = number.isMultiple(of: 3) ? ArraySlice([0x80, 0, 0x1f, 0x88, 2]) : engine.octets[...]
            let pdu = try #require(try SNMPMessage.decode(WireSamples.datagram(variables: random.variables())).pdu)
            let message = OutgoingMessage(
                messageID: 1, isReportable: false, engineID: engine.octets[...],
                reading: EngineReading(boots: 1, time: 2), userName: ArraySlice("ops".utf8), level: .authPriv,
                scoped: ScopedPDU(
                    contextEngineID: context, contextName: ArraySlice("a \"site\"".utf8), pdu: pdu))
            let datagram = try message.encode(keys: users.keys(of: "ops", at: engine), salts: Salts(boots: 1))
            try expectAlike(datagram, "seed \(seed)", opener: NotificationOpener(users: users))
            let closed = WireSamples.sinkEvent(WireSamples.event(), datagram: datagram, catalog: Self.catalog)
            #expect(closed.datagram?.pdu == "encrypted" && closed.datagram?.user == "ops")
            #expect(Self.formatter.message(for: closed).contains(" 99 linkDown [alarm "))
        }
    }

    @Test func `a hostile text is written alike`() throws {
        for text in WireSamples.hostileTexts {
            let octets = ArraySlice(text.utf8)
            try expectAlike(
                WireSamples.datagram(variables: [
                    VariableBinding(name: WireSamples.oid("1.3.6.1.2.1.2.2.1.2.7"), value: .octetString(octets)),
                    VariableBinding(name: WireSamples.oid("1.3.6.1.2.1.1.5.0"), value: .octetString(octets)),
                ]))
        }
    }

    @Test func `every version and every broken datagram is written alike`() throws {
        let trap = TrapV1PDU(
            enterprise: .enterprises.appending(99_999, 1), agentAddress: 0x0a01_0203, genericTrap: 6,
            specificTrap: -5, timestamp: 99, variables: [VariableBinding(name: .mib2, value: .null)])
        let pdu = PDU.standard(
            StandardPDU(
                kind: .informRequest, requestID: 1,
                variables: [
                    VariableBinding(name: .snmpTrapOIDInstance, value: .objectIdentifier(WireSamples.linkDown)),
                    VariableBinding(name: .mib2, value: .integer(1)),
                    VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(4)),
                ]))
        let envelope = V3Envelope(
            messageID: 1, maxSize: 65_507, flags: 0, engineID: [0x80, 0, 1], engineBoots: 3, engineTime: 4,
            userName: ArraySlice("ops".utf8),
            scopedPDU: .plaintext(
                contextEngineID: [0x80], contextName: ArraySlice("a \"site\"".utf8), pdu: pdu))
        let datagrams = [
            SNMPMessage.community(CommunityMessage(version: .v1, community: [1], pdu: .trapV1(trap))).encode(),
            SNMPMessage.community(CommunityMessage(version: .v2c, community: [1], pdu: pdu)).encode(),
            SNMPMessage.v3(envelope).encode(), WireSamples.datagram(),
        ]
        for datagram in datagrams {
            try expectAlike(datagram)
            for offset in datagram.indices {
                var broken = datagram
                broken[offset] ^= 1 << UInt8.random(in: 0..<8)
                let event = WireSamples.sinkEvent(WireSamples.event(), datagram: broken, catalog: Self.catalog)
                let element = element(try #require(event.datagram))
                let isThere = Self.formatter.message(for: event).contains("\"]\(element) Title: ")
                #expect(isThere, "\(broken)")
            }
        }
    }
}

/// Lists of variables from a seed: objects that the modules know and others, with values of every type.
private struct VariableGenerator {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    private mutating func next() -> UInt64 { generator.next() }

    mutating func variables() -> [VariableBinding] {
        (0..<Int(next() % 8)).map { _ in VariableBinding(name: name(), value: value()) }
    }

    private mutating func name() -> OID {
        let objects = [
            "1.3.6.1.2.1.2.2.1.8", "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.6", "1.3.6.1.2.1.1.2", "1.3.6.1.2.1.1.3",
            "1.3.6.1.4.1.99999.7", "1.3.6.1.6.3.12.1.2.1.3", "0.0", "2.25", "1.3.6.1.2.1.4.34.1.3",
        ]
        var oid = WireSamples.oid(objects[Int(next() % UInt64(objects.count))])
        for _ in 0..<next() % 12 {
            // Letters too, for tables whose index is a text.
            oid = oid.appending(next() % 2 == 0 ? UInt32(32 + next() % 96) : UInt32(truncatingIfNeeded: next()))
        }
        return oid
    }

    private mutating func value() -> Value {
        switch next() % 16 {
        case 0: return .integer(Int32(truncatingIfNeeded: next()))
        case 1: return .integer(Int32(next() % 8))
        case 2: return .counter32(UInt32(truncatingIfNeeded: next()))
        case 3: return .gauge32(UInt32(truncatingIfNeeded: next()))
        case 4: return .timeTicks(UInt32(truncatingIfNeeded: next()))
        case 5: return .counter64(next())
        case 6: return .objectIdentifier(name())
        case 7: return .ipAddress(UInt32(truncatingIfNeeded: next()))
        case 8: return .opaque(octets())
        case 9: return .float(Float(bitPattern: UInt32(truncatingIfNeeded: next())))
        case 10: return .double(Double(bitPattern: next()))
        case 11: return [.null, .noSuchObject, .noSuchInstance, .endOfMibView][Int(next() % 4)]
        case 12:
            var generator = HostileTextGenerator(seed: next())
            return .octetString(ArraySlice(generator.text().utf8))
        default: return .octetString(octets())
        }
    }

    private mutating func octets() -> ArraySlice<UInt8> {
        let isText = next() % 2 == 0
        let length = [0, 1, 6, 8, 40, 255, 256, 257, 600][Int(next() % 9)]
        return ArraySlice(
            (0..<length).map { _ in isText ? UInt8(32 + next() % 95) : UInt8(truncatingIfNeeded: next()) })
    }
}
