import Basics
import SNMPWire
import TestPeers
import Testing

/// What is written is read back as it was, by the letter: no leniency is needed for our own datagrams.
@Suite struct RoundTripTests {
    @Test(arguments: Fixture.all) func everyFixture(_ fixture: Fixture) throws {
        let message = try SNMPMessage.decode(fixture.datagram)
        let written = message.encode()
        #expect(try SNMPMessage.decode(written, leniency: .none.union(.emptyCommunity)) == message)
        // net-snmp writes longer lengths where it fills them in afterwards; our own are minimal all round.
        #expect(written.count <= fixture.datagram.count)
    }

    @Test(arguments: PDUKind.allCases) func everyPDU(_ kind: PDUKind) throws {
        var random = SeededGenerator(seed: 11)
        let variables = VariableBindings((0..<20).map { _ in VariableBinding.random(&random) })
        let pdu: PDU =
            kind == .trapV1
            ? .trapV1(
                TrapV1PDU(
                    enterprise: .enterprises, agentAddress: .max, genericTrap: 6, specificTrap: -7, timestamp: .max,
                    variables: variables))
            : .standard(
                StandardPDU(
                    kind: kind, requestID: .min, errorStatus: 5, errorIndex: .max, variables: variables))
        // v1 has neither; the other way round, its trap and v2's are read in both.
        let versions: [SNMPVersion] = kind == .getBulkRequest || kind == .report ? [.v2c] : [.v1, .v2c]
        for version in versions {
            let message = SNMPMessage.community(
                CommunityMessage(version: version, community: [0, 255], pdu: pdu))
            #expect(try SNMPMessage.decode(message.encode()) == message)
        }
        guard kind != .trapV1 else { return }
        let envelope = V3Envelope(
            messageID: .max, maxSize: 65_507, flags: 5, engineID: [1, 2, 3, 4, 5], engineBoots: .max, engineTime: 0,
            userName: Array("ops".utf8)[...], authenticationParameters: [UInt8](repeating: 7, count: 24)[...],
            scopedPDU: .plaintext(contextEngineID: [9], contextName: [], pdu: pdu))
        #expect(try SNMPMessage.decode(SNMPMessage.v3(envelope).encode(), leniency: .none) == .v3(envelope))
        var encrypted = envelope
        encrypted.flags = 3
        encrypted.scopedPDU = .encrypted([UInt8](repeating: 0xaa, count: 300)[...])
        #expect(try SNMPMessage.decode(SNMPMessage.v3(encrypted).encode(), leniency: .none) == .v3(encrypted))
    }

    /// At every size around a turn of the length's form.
    @Test(arguments: [0, 1, 126, 127, 128, 129, 254, 255, 256, 257, 65_000]) func everyLength(_ count: Int) throws {
        let text = [UInt8](repeating: 0x61, count: count)
        let variables = VariableBindings([VariableBinding(name: .mib2, value: .octetString(text[...]))])
        let message = SNMPMessage.community(
            CommunityMessage(
                version: .v2c, community: [0x78],
                pdu: .standard(StandardPDU(kind: .response, requestID: 1, variables: variables))))
        #expect(try SNMPMessage.decode(message.encode(), leniency: .none) == message)
    }

    /// Random messages of all kinds; a failure tells the seed that makes it again.
    @Test func randomMessages() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("RoundTripTests.randomMessages: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for number in 0..<1_000 {
            let message = SNMPMessage.random(&random)
            let written = message.encode()
            #expect(try SNMPMessage.decode(written, leniency: .none) == message, "seed \(seed), message \(number)")
            #expect(Reading(written).disagreement == nil, "seed \(seed), message \(number)")
            // And damaged in a few places, it is read or refused.
            var damaged = written
            for _ in 0..<3 {
                damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
                #expect(Reading(damaged).disagreement == nil, "seed \(seed), message \(number): \(hex(damaged))")
            }
        }
    }
}

/// A number of a random width, so that every length of its encoding comes up.
private func random<Number: FixedWidthInteger>(_ random: inout SeededGenerator) -> Number {
    Number(truncatingIfNeeded: random.next() >> UInt64.random(in: 0..<64, using: &random))
}

private func randomOctets(_ random: inout SeededGenerator, upTo count: Int) -> ArraySlice<UInt8> {
    (0..<Int.random(in: 0...count, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }[...]
}

extension OID {
    fileprivate static func random(_ random: inout SeededGenerator) -> OID {
        let first = UInt32.random(in: 0...2, using: &random)
        let second: UInt32 = first == 2 ? SNMPWireTests.random(&random) >> 1 : .random(in: 0..<40, using: &random)
        let count = Int.random(in: 0...126, using: &random) >> Int.random(in: 0...6, using: &random)
        return OID(arcs: [first, second] + (0..<count).map { _ in SNMPWireTests.random(&random) }) ?? .zeroDotZero
    }
}

extension VariableBinding {
    fileprivate static func random(_ random: inout SeededGenerator) -> VariableBinding {
        let value: Value =
            switch Int.random(in: 0..<15, using: &random) {
            case 0: .integer(SNMPWireTests.random(&random))
            case 1: .octetString(randomOctets(&random, upTo: 300))
            case 2: .null
            case 3: .objectIdentifier(.random(&random))
            case 4: .ipAddress(SNMPWireTests.random(&random))
            case 5: .counter32(SNMPWireTests.random(&random))
            case 6: .gauge32(SNMPWireTests.random(&random))
            case 7: .timeTicks(SNMPWireTests.random(&random))
            case 8: .opaque(randomOctets(&random, upTo: 5))
            case 9: .float(Float(bitPattern: SNMPWireTests.random(&random)))
            case 10: .double(Double(bitPattern: SNMPWireTests.random(&random)))
            case 11: .counter64(SNMPWireTests.random(&random))
            case 12: .noSuchObject
            case 13: .noSuchInstance
            default: .endOfMibView
            }
        return VariableBinding(name: .random(&random), value: value)
    }
}

extension SNMPMessage {
    fileprivate static func random(_ random: inout SeededGenerator) -> SNMPMessage {
        let version = SNMPVersion.allCases.randomElement(using: &random) ?? .v2c
        let kinds = PDUKind.allCases.filter {
            switch $0 {
            case .trapV1: version == .v1
            case .getBulkRequest, .informRequest, .trapV2, .report: version != .v1
            default: true
            }
        }
        var list = (0..<Int.random(in: 0...12, using: &random)).map { _ in VariableBinding.random(&random) }
        let kind = kinds.randomElement(using: &random) ?? .response
        if kind.isNotification, kind != .trapV1, Bool.random(using: &random) {
            list.insert(VariableBinding(name: .snmpTrapOIDInstance, value: .objectIdentifier(.random(&random))), at: 0)
            list.insert(
                VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(SNMPWireTests.random(&random))), at: 0)
        }
        let variables = VariableBindings(list)
        let pdu: PDU =
            kind == .trapV1
            ? .trapV1(
                TrapV1PDU(
                    enterprise: .random(&random), agentAddress: SNMPWireTests.random(&random),
                    genericTrap: SNMPWireTests.random(&random), specificTrap: SNMPWireTests.random(&random),
                    timestamp: SNMPWireTests.random(&random), variables: variables))
            : .standard(
                StandardPDU(
                    kind: kind, requestID: SNMPWireTests.random(&random), errorStatus: SNMPWireTests.random(&random),
                    errorIndex: SNMPWireTests.random(&random), variables: variables))
        guard version == .v3 else {
            let community: ArraySlice<UInt8> = [0x63] + randomOctets(&random, upTo: 40)
            return .community(CommunityMessage(version: version, community: community, pdu: pdu))
        }
        let isEncrypted = Bool.random(using: &random)
        return .v3(
            V3Envelope(
                messageID: .random(in: 0...(.max), using: &random), maxSize: .random(in: 484...(.max), using: &random),
                flags: isEncrypted ? 7 : UInt8.random(in: 0...1, using: &random),
                engineID: randomOctets(&random, upTo: 32), engineBoots: SNMPWireTests.random(&random) & .max,
                engineTime: SNMPWireTests.random(&random) & .max, userName: randomOctets(&random, upTo: 32),
                authenticationParameters: randomOctets(&random, upTo: 48),
                privacyParameters: randomOctets(&random, upTo: 8),
                scopedPDU: isEncrypted
                    ? .encrypted(randomOctets(&random, upTo: 200))
                    : .plaintext(
                        contextEngineID: randomOctets(&random, upTo: 32), contextName: randomOctets(&random, upTo: 32),
                        pdu: pdu)))
    }
}
