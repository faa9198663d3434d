import SNMPWire
import Testing

/// Each habit of real senders: refused by the letter, read under its own name and under no other.
@Suite struct LeniencyTests {
    struct Habit: Sendable, CustomTestStringConvertible {
        var name: String
        var leniency: Leniency
        var datagram: [UInt8]
        var strict: WireError.Code

        init(_ name: String, _ leniency: Leniency, _ strict: WireError.Code, _ datagram: [UInt8]) {
            self.name = name
            self.leniency = leniency
            self.datagram = datagram
            self.strict = strict
        }

        var testDescription: String { name }
    }

    static let all: [Leniency] = (0..<12).map { Leniency(rawValue: 1 << $0) }

    static let habits: [Habit] = [
        Habit("lengths in 1 octet more", .nonMinimalLengths, .badLength, Octets.message(lengthOctets: 1)),
        Habit("lengths in 2 octets", .nonMinimalLengths, .badLength, Octets.message(lengthOctets: 2)),
        Habit("lengths in 4 octets", .nonMinimalLengths, .badLength, Octets.message(lengthOctets: 4)),
        Habit("lengths in 8 octets", .nonMinimalLengths, .badLength, Octets.message(lengthOctets: 8)),
        Habit(
            "a request ID in 4 octets", .nonMinimalIntegers, .badInteger,
            Octets.message(requestID: Octets.integer(0, 0, 0, 1))),
        Habit(
            "a negative request ID in 5 octets", .nonMinimalIntegers, .badInteger,
            Octets.message(requestID: Octets.integer(0xff, 0xfb, 0x6a, 0x65, 0x17))),
        Habit(
            "a padded Counter32", .nonMinimalIntegers, .badInteger,
            Octets.message(variables: Octets.binding(Octets.element(0x41, [0, 0, 5])))),
        Habit(
            "a padded Counter64", .nonMinimalIntegers, .badInteger,
            Octets.message(variables: Octets.binding(Octets.element(0x46, [0] + [UInt8](repeating: 1, count: 8))))),
        Habit(
            "a Counter32 with a sign", .negativeUnsigned, .badInteger,
            Octets.message(variables: Octets.binding(Octets.element(0x41, [0xff, 0xff, 0xff, 0xff])))),
        Habit(
            "a v1 time-stamp with a sign", .negativeUnsigned, .badInteger,
            Octets.trapV1(timestamp: Octets.element(0x43, [0xff, 0, 0, 0]))),
        Habit("a NULL community", .nullCommunity, .badCommunity, Octets.message(community: [5, 0])),
        Habit("an empty community", .emptyCommunity, .badCommunity, Octets.message(community: [4, 0])),
        Habit("octets after the message", .trailingBytes, .trailingBytes, Octets.message() + [0, 0]),
        Habit(
            "an empty name", .emptyOID, .badOID,
            Octets.message(variables: Octets.binding(Octets.integer(5), name: [6, 0]))),
        Habit("an empty OID", .emptyOID, .badOID, Octets.message(variables: Octets.binding([6, 0]))),
        Habit("an empty enterprise", .emptyOID, .badOID, Octets.trapV1(enterprise: [6, 0])),
        Habit("no sysUpTime", .misplacedHeader, .missingTrapOID, Octets.message(header: Octets.trapOID)),
        Habit(
            "the header the other way round", .misplacedHeader, .missingTrapOID,
            Octets.message(header: Octets.trapOID + Octets.uptime)),
        Habit(
            "the header after a variable", .misplacedHeader, .missingTrapOID,
            Octets.message(header: Octets.binding(Octets.integer(1)) + Octets.uptime + Octets.trapOID)),
        Habit(
            "sysUpTime as a Gauge32", .misplacedHeader, .missingTrapOID,
            Octets.message(
                header: Octets.binding(Octets.element(0x42, [77]), name: Octets.oid(1, 3, 6, 1, 2, 1, 1, 3, 0))
                    + Octets.trapOID)),
        Habit("a Trap-PDU in v2c", .pduOfOtherVersion, .badType, Octets.trapV1(version: Octets.integer(1))),
        Habit("an SNMPv2-Trap in v1", .pduOfOtherVersion, .badType, Octets.message(version: Octets.integer(0))),
        Habit(
            "an inform in v1", .pduOfOtherVersion, .badType,
            Octets.message(version: Octets.integer(0), tag: 0xa6)),
        Habit("a long tag", .longTags, .badType, [0x3f, 0x10] + Octets.message().dropFirst()),
        Habit(
            "a request ID without a sign", .unsignedRequestID, .badInteger,
            Octets.message(requestID: Octets.integer(0, 0xff, 0xff, 0xff, 0xff))),
        Habit(
            "a UInteger32", .obsoleteTypes, .badType,
            Octets.message(variables: Octets.binding(Octets.element(0x47, [5])))),
        Habit(
            "an NsapAddress", .obsoleteTypes, .badType,
            Octets.message(variables: Octets.binding(Octets.element(0x45, [5, 6])))),
        Habit(
            "a BIT STRING", .obsoleteTypes, .badType,
            Octets.message(variables: Octets.binding(Octets.element(0x03, [0, 0x80])))),
    ]

    @Test(arguments: habits) func isReadUnderItsNameAlone(_ habit: Habit) {
        #expect(refusal(habit.datagram, .none) == habit.strict)
        #expect(refusal(habit.datagram, habit.leniency) == nil)
        #expect(refusal(habit.datagram, .devices) == nil)
        #expect(refusal(habit.datagram, .devices.subtracting(habit.leniency)) == habit.strict)
        #expect(Reading(habit.datagram).disagreement == nil)
    }

    @Test func everyOptionHasItsHabit() {
        let named = Self.habits.reduce(into: Leniency.none) { $0.formUnion($1.leniency) }
        #expect(named == .devices)
        #expect(Leniency(Self.all) == .devices)
    }

    /// By the letter, 127 octets have their length in one octet, 128 in two and 256 in three, and in no more.
    @Test(arguments: [(127, 0), (128, 1), (255, 1), (256, 2)]) func minimalLengths(_ count: Int, _ octets: Int) {
        let text = [UInt8](repeating: 0x61, count: count)
        for lengthOctets in max(octets, 1)...4 {
            let value = Octets.element(0x04, text, lengthOctets: lengthOctets)
            let datagram = Octets.message(variables: Octets.binding(value))
            #expect(refusal(datagram, .none) == (lengthOctets == octets ? nil : .badLength))
            #expect(refusal(datagram, .nonMinimalLengths) == nil)
        }
        #expect(refusal(Octets.message(variables: Octets.binding(Octets.element(0x04, text))), .none) == nil)
    }

    @Test func whatIsRead() throws {
        func value(_ octets: [UInt8]) throws -> Value? {
            try SNMPNotification.decode(Octets.message(variables: Octets.binding(octets))).variables.first?.value
        }
        #expect(try value(Octets.integer(0, 0, 0, 0, 0, 0, 0, 5)) == .integer(5))
        #expect(try value(Octets.integer(0xff, 0xff, 0x80)) == .integer(-128))
        #expect(try value(Octets.element(0x41, [0xff, 0xff, 0xff, 0xff])) == .counter32(.max))
        // Without a sign in shorter numbers too, as net-snmp and Wireshark read them.
        #expect(try value(Octets.element(0x41, [0x80])) == .counter32(128))
        #expect(try value(Octets.element(0x46, [UInt8](repeating: 0xff, count: 8))) == .counter64(.max))
        #expect(try value(Octets.element(0x46, [0xff])) == .counter64(255))
        #expect(try value([6, 0]) == .objectIdentifier(.zeroDotZero))
        #expect(try value(Octets.element(0x47, [5])) == .gauge32(5))
        #expect(try value(Octets.element(0x45, [5, 6])) == .octetString([5, 6]))
        #expect(try value(Octets.element(0x03, [0, 0x80])) == .octetString([0x80]))
    }

    @Test func theHeaderWhereverItIs() throws {
        let other = Octets.binding(Octets.integer(1))
        let last = Octets.binding(Octets.integer(2))
        let swapped = try SNMPNotification.decode(
            Octets.message(header: Octets.trapOID + Octets.uptime, variables: other))
        #expect(swapped.trapOID == OID("1.3.6.1.98"))
        #expect(swapped.uptime == 77)
        #expect(swapped.variables.map(\.value) == [.integer(1)])
        let apart = try SNMPNotification.decode(
            Octets.message(header: Octets.uptime + other + Octets.trapOID, variables: last))
        #expect(apart.uptime == 77)
        #expect(apart.variables.map(\.value) == [.integer(1), .integer(2)])
        #expect(apart.variables.count == 2)
        let absent = try SNMPNotification.decode(Octets.message(header: other + Octets.trapOID, variables: last))
        #expect(absent.uptime == 0)
        #expect(absent.variables.map(\.value) == [.integer(1), .integer(2)])
        #expect(absent.variables.count == 2)
    }

    @Test func theRequestIDKeepsItsBits() throws {
        let datagram = Octets.message(tag: 0xa6, requestID: Octets.integer(0, 0xff, 0xff, 0xff, 0xfe))
        #expect(try SNMPNotification.decode(datagram).requestID == -2)
        let response = try #require(InformResponse.encode(to: datagram))
        #expect(response == Octets.message(tag: 0xa2, requestID: Octets.integer(0, 0xff, 0xff, 0xff, 0xfe)))
    }
}
