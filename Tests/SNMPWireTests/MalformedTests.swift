import SNMPWire
import Testing

/// What no leniency lets through, each with its reason.
@Suite struct MalformedTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var code: WireError.Code
        var datagram: [UInt8]

        init(_ name: String, _ code: WireError.Code, _ datagram: [UInt8]) {
            self.name = name
            self.code = code
            self.datagram = datagram
        }

        init(_ name: String, _ code: WireError.Code, value: [UInt8]) {
            self.init(name, code, Octets.message(variables: Octets.binding(value)))
        }

        var testDescription: String { name }
    }

    private static let community = Octets.element(0x04, Array("public".utf8))
    private static let list = Octets.element(0x30, Octets.uptime + Octets.trapOID)
    private static let fields = Octets.integer(5) + Octets.integer(0) + Octets.integer(0)

    private static func wrap(_ contents: [UInt8]) -> [UInt8] { Octets.element(0x30, contents) }

    static let cases: [Case] = [
        Case("nothing", .truncated, []),
        Case("text", .badType, Array("GET / HTTP/1.1\r\n\r\n".utf8) + [UInt8](repeating: 0x20, count: 80)),
        Case("an indefinite length", .badLength, [0x30, 0x80] + Octets.message().dropFirst(2) + [0, 0]),
        Case("a length of 9 octets", .badLength, Octets.message(lengthOctets: 9)),
        Case("a length of 127 octets", .badLength, [0x30, 0xff] + [UInt8](repeating: 0, count: 200)),
        Case("a length of 2^56", .truncated, [0x30, 0x88, 1, 0, 0, 0, 0, 0, 0, 0] + Octets.message()),
        Case("a length of 2^63", .truncated, [0x30, 0x88] + [UInt8](repeating: 0xff, count: 8) + Octets.message()),
        Case("a long tag of 31", .badType, [0x3f, 0x1f] + Octets.message().dropFirst()),
        Case("a long tag of two octets", .badType, [0x3f, 0x81, 0x10] + Octets.message().dropFirst()),
        Case("version 2", .badVersion, Octets.message(version: Octets.integer(2))),
        Case("version 4", .badVersion, Octets.message(version: Octets.integer(4))),
        Case("version -1", .badVersion, Octets.message(version: Octets.integer(0xff))),
        Case("a NULL community with contents", .badCommunity, Octets.message(community: [5, 1, 0])),
        Case("a community of another type", .badType, Octets.message(community: Octets.integer(1))),
        Case("no PDU", .badLength, wrap(Octets.integer(1) + community) + [0]),
        Case("a PDU that is none", .badType, Octets.message(tag: 0xa9)),
        Case("a Report in v1", .badType, Octets.message(version: Octets.integer(0), tag: 0xa8)),
        Case(
            "octets after the PDU", .trailingBytes,
            wrap(Octets.integer(1) + community + Octets.element(0xa7, fields + list) + [5, 0])),
        Case(
            "octets after the list", .trailingBytes,
            wrap(Octets.integer(1) + community + Octets.element(0xa7, fields + list + [5, 0]))),
        Case("octets after a value", .trailingBytes, value: Octets.integer(5) + [5, 0]),
        Case("no list", .badLength, wrap(Octets.integer(1) + community + Octets.element(0xa7, fields)) + [0]),
        Case("a variable without a value", .badLength, Octets.message(variables: Octets.binding([])) + [0]),
        Case("a variable of another type", .badType, Octets.message(variables: [0x31, 0])),
        Case(
            "a value longer than its variable", .badLength,
            Octets.message(variables: Octets.binding([0x04, 3, 1]) + Octets.binding(Octets.integer(1)))),
        Case(
            "a request ID of 2^32", .badInteger,
            Octets.message(requestID: Octets.integer(1, 0, 0, 0, 0))),
        Case(
            "a request ID below -2^31", .badInteger,
            Octets.message(requestID: Octets.integer(0xff, 0x7f, 0xff, 0xff, 0xff))),
        Case("an empty INTEGER", .badInteger, value: Octets.integer()),
        Case("an INTEGER of 2^31", .badInteger, value: Octets.integer(0, 0x80, 0, 0, 0)),
        Case("an INTEGER of 9 octets", .badInteger, value: Octets.integer(0, 0, 0, 0, 0, 0, 0, 0, 5)),
        Case("an empty Counter32", .badInteger, value: Octets.element(0x41, [])),
        Case("a Counter32 of 2^32", .badInteger, value: Octets.element(0x41, [1, 0, 0, 0, 0])),
        Case("a Counter32 of 5 octets with a sign", .badInteger, value: Octets.element(0x41, [0xff, 0, 0, 0, 0])),
        Case(
            "a Counter64 of 9 octets without the zero", .badInteger,
            value: Octets.element(0x46, [1, 0, 0, 0, 0, 0, 0, 0, 0])),
        Case("a Counter64 of 10 octets", .badInteger, value: Octets.element(0x46, [UInt8](repeating: 0, count: 10))),
        Case("an IpAddress of 3 octets", .badValue, value: Octets.element(0x40, [1, 2, 3])),
        Case("an IpAddress of 16 octets", .badValue, value: Octets.element(0x40, [UInt8](repeating: 1, count: 16))),
        Case("a NULL with contents", .badValue, value: [5, 1, 0]),
        Case("a noSuchObject with contents", .badValue, value: [0x80, 1, 0]),
        Case("a BIT STRING without its first octet", .badValue, value: [3, 0]),
        Case("an OID with an unfinished arc", .badOID, value: [6, 2, 0x2b, 0x86]),
        Case("an OID with a padded arc", .badOID, value: [6, 3, 0x2b, 0x80, 1]),
        Case("an arc past 2^32-1", .badOID, value: [6, 6, 0x2b, 0x90, 0x80, 0x80, 0x80, 0]),
        Case("129 arcs", .badOID, value: Octets.element(6, [0x2b] + [UInt8](repeating: 1, count: 127))),
        Case("a BOOLEAN", .badType, value: [1, 1, 0xff]),
        Case("a constructed OCTET STRING", .badType, value: [0x24, 5, 4, 3, 1, 2, 3]),
        Case("a SEQUENCE as a value", .badType, value: [0x30, 0]),
        Case("an agent-addr of no octets", .badValue, Octets.trapV1(agentAddress: [0x40, 0])),
        Case(
            "an agent-addr of 16 octets", .badValue,
            Octets.trapV1(agentAddress: Octets.element(0x40, [UInt8](repeating: 1, count: 16)))),
        Case("an agent-addr of another type", .badType, Octets.trapV1(agentAddress: [4, 4, 1, 2, 3, 4])),
        Case("a time-stamp of another type", .badType, Octets.trapV1(timestamp: Octets.element(0x42, [9]))),
        Case("no snmpTrapOID", .missingTrapOID, Octets.message(header: Octets.uptime)),
        Case("no variables", .missingTrapOID, Octets.message(header: [])),
        Case(
            "a snmpTrapOID that is text", .missingTrapOID,
            Octets.message(
                header: Octets.uptime
                    + Octets.binding([4, 3, 0x31, 0x2e, 0x33], name: Octets.oid(1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)))),
        Case("a get", .notANotification, Octets.message(tag: 0xa0)),
        Case("a get-bulk", .notANotification, Octets.message(tag: 0xa5)),
        Case("a response", .notANotification, Octets.message(tag: 0xa2)),
        Case("a report", .notANotification, Octets.message(tag: 0xa8)),
    ]

    @Test(arguments: cases) func isRefused(_ testCase: Case) {
        #expect(refusal(testCase.datagram) == testCase.code)
        #expect(Reading(testCase.datagram).disagreement == nil)
        #expect(InformResponse.encode(to: testCase.datagram) == nil)
    }

    /// Lists inside lists, deeper than any stack: the reader follows the syntax and calls nothing recursively.
    @Test func nestingIsHarmless() {
        var datagram: [UInt8] = []
        while datagram.count < 60_000 {
            datagram += [0x30, 0x84, 0, 0, 0xea, 0x60]
        }
        #expect(refusal(datagram) != nil)
        let deep = (0..<2_000).reduce([5, 0] as [UInt8]) { inner, _ in Octets.element(0x30, inner) }
        #expect(refusal(Octets.message(variables: deep)) == .badType)
    }

    /// As many variables as fit, each of the smallest size, are read in one pass.
    @Test func manyVariables() throws {
        let smallest: [UInt8] = [0x30, 4, 6, 0, 5, 0]
        let count = 10_800
        let datagram = Octets.message(variables: Array([[UInt8]](repeating: smallest, count: count).joined()))
        let notification = try SNMPNotification.decode(datagram)
        #expect(notification.variables.count == count)
        #expect(notification.variables.allSatisfy { $0.name == .zeroDotZero && $0.value == .null })
    }
}
