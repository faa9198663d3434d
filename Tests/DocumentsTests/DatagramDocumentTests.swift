import Basics
import Documents
import MIBCatalog
import SNMPWire
import Testing

/// The JSON of one datagram, key by key: it is a contract.
@Suite struct DatagramDocumentTests {
    private func json(
        _ datagram: [UInt8], sender: String = "192.0.2.7:50000", catalog: Catalog = .empty,
        communityName: (ArraySlice<UInt8>) -> String? = { _ in nil },
        open: ([UInt8]) -> DatagramDocument.Opened = { _ in .asReceived }
    ) throws -> String {
        DatagramDocument(
            datagram: datagram, time: Timestamp(seconds: 1_767_225_599, nanoseconds: 123_456_789),
            sender: try #require(Endpoint(sender)), receiver: try #require(Endpoint("127.0.0.1:162")),
            catalog: catalog, communityName: communityName, open: open
        ).jsonLine()
    }

    private func message(_ version: SNMPVersion, _ pdu: PDU) -> [UInt8] {
        CommunityMessage(version: version, community: ArraySlice("geheim".utf8), pdu: pdu).encode()
    }

    /// The two variables that a v2 notification begins with, and more.
    private func notification(_ trap: OID, _ variables: [VariableBinding] = []) -> VariableBindings {
        VariableBindings(
            [
                VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(4_200)),
                VariableBinding(name: .snmpTrapOIDInstance, value: .objectIdentifier(trap)),
            ] + variables)
    }

    private let linkDown = OID.snmpTraps.appending(3)

    @Test func aTrap() throws {
        let variables = [
            VariableBinding(name: .mib2.appending(2, 2, 1, 1, 7), value: .integer(7)),
            VariableBinding(name: .mib2.appending(2, 2, 1, 2, 7), value: .octetString(ArraySlice("eth/0".utf8))),
        ]
        let datagram = message(
            .v2c, .standard(StandardPDU(kind: .trapV2, requestID: 77, variables: notification(linkDown, variables))))
        let expected = """
            {"community":"fleet","name":"IF-MIB::linkDown","oid":"1.3.6.1.6.3.1.1.5.3","pdu":"trap",\
            "receiver":"127.0.0.1:162","requestId":77,"sender":"192.0.2.7:50000",\
            "time":"2025-12-31T23:59:59.123456Z","uptime":4200,"variables":[\
            {"name":"IF-MIB::ifIndex.7","oid":"1.3.6.1.2.1.2.2.1.1.7","text":"7","type":"INTEGER","value":7},\
            {"name":"IF-MIB::ifDescr.7","oid":"1.3.6.1.2.1.2.2.1.2.7","text":"eth/0","type":"OCTET STRING",\
            "value":"6574682f30"}],"version":"v2c"}
            """
        #expect(
            try json(datagram, catalog: bundledCatalog) {
                String(decoding: $0, as: UTF8.self) == "geheim" ? "fleet" : nil
            }
                == expected)
    }

    @Test func theCommunityItselfIsNeverShown() throws {
        let datagram = message(
            .v2c, .standard(StandardPDU(kind: .trapV2, requestID: 1, variables: notification(linkDown))))
        let text = try json(datagram)
        #expect(!text.contains("geheim"))
        #expect(!text.contains("community"))
    }

    @Test func anInformFromIPv6() throws {
        let datagram = message(
            .v2c, .standard(StandardPDU(kind: .informRequest, requestID: -3, variables: notification(linkDown))))
        let expected = """
            {"name":"iso.3.6.1.6.3.1.1.5.3","oid":"1.3.6.1.6.3.1.1.5.3","pdu":"inform","receiver":"127.0.0.1:162",\
            "requestId":-3,"sender":"[2001:db8::1]:161","time":"2025-12-31T23:59:59.123456Z","uptime":4200,\
            "variables":[],"version":"v2c"}
            """
        #expect(try json(datagram, sender: "[2001:db8::1]:161") == expected)
    }

    @Test func aV1TrapKeepsItsEnterpriseAndAddress() throws {
        let datagram = message(
            .v1,
            .trapV1(
                TrapV1PDU(
                    enterprise: .enterprises.appending(99_999, 1), agentAddress: 0x0a01_0203, genericTrap: 6,
                    specificTrap: 5, timestamp: 99, variables: [])))
        let expected = """
            {"agentAddress":"10.1.2.3","enterprise":"1.3.6.1.4.1.99999.1",\
            "name":"SNMPv2-SMI::enterprises.99999.1.0.5","oid":"1.3.6.1.4.1.99999.1.0.5","pdu":"trap",\
            "receiver":"127.0.0.1:162","sender":"192.0.2.7:50000","time":"2025-12-31T23:59:59.123456Z","uptime":99,\
            "variables":[],"version":"v1"}
            """
        #expect(try json(datagram, catalog: bundledCatalog) == expected)
    }

    @Test func aMalformedDatagramHasAnErrorAndNothingElse() throws {
        let expected = """
            {"error":"truncated at octet 0","receiver":"127.0.0.1:162","sender":"192.0.2.7:50000",\
            "time":"2025-12-31T23:59:59.123456Z"}
            """
        #expect(try json([]) == expected)
    }

    @Test func aNotificationThatDoesNotSayWhatItIsIsMalformed() throws {
        let datagram = message(.v2c, .standard(StandardPDU(kind: .trapV2, requestID: 1, variables: [])))
        let text = try json(datagram)
        #expect(text.hasPrefix("{\"error\":\"missing-trap-oid"))
        #expect(!text.contains("version"))
    }

    @Test(
        arguments: [
            (.getRequest, "get"), (.getNextRequest, "get-next"), (.getBulkRequest, "get-bulk"), (.setRequest, "set"),
            (.response, "response"), (.report, "report"),
        ] as [(PDUKind, String)])
    func otherPDUsAreShownWithTheirVariables(kind: PDUKind, name: String) throws {
        let variables: VariableBindings = [VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(5))]
        let datagram = message(.v2c, .standard(StandardPDU(kind: kind, requestID: 9, variables: variables)))
        let expected = """
            {"pdu":"\(name)","receiver":"127.0.0.1:162","requestId":9,"sender":"192.0.2.7:50000",\
            "time":"2025-12-31T23:59:59.123456Z","variables":[{"name":"iso.3.6.1.2.1.1.3.0","oid":"1.3.6.1.2.1.1.3.0",\
            "text":"(5) 0:00:00.05","type":"TimeTicks","value":5}],"version":"v2c"}
            """
        #expect(try json(datagram) == expected)
    }

    // MARK: - v3

    private func envelope(_ flags: UInt8, _ scopedPDU: V3Envelope.ScopedPDU) -> [UInt8] {
        SNMPMessage.v3(
            V3Envelope(
                messageID: 1, maxSize: 65_507, flags: flags, engineID: [0x80, 0x00, 0x1f, 0x88, 0xAB], engineBoots: 3,
                engineTime: 4, userName: ArraySlice("ops".utf8), scopedPDU: scopedPDU)
        ).encode()
    }

    @Test func aV3TrapTellsItsUser() throws {
        let pdu = PDU.standard(StandardPDU(kind: .trapV2, requestID: 5, variables: notification(linkDown)))
        let datagram = envelope(
            0, .plaintext(contextEngineID: [0x80], contextName: ArraySlice("site".utf8), pdu: pdu))
        let expected = """
            {"context":"site","contextEngineID":"80","engineBoots":3,"engineID":"80001f88ab","engineTime":4,"level":"noAuthNoPriv",\
            "name":"iso.3.6.1.6.3.1.1.5.3","oid":"1.3.6.1.6.3.1.1.5.3","pdu":"trap","receiver":"127.0.0.1:162","requestId":5,\
            "sender":"192.0.2.7:50000","time":"2025-12-31T23:59:59.123456Z","uptime":4200,"user":"ops",\
            "variables":[],"version":"v3"}
            """
        #expect(try json(datagram) == expected)
    }

    /// It is well formed, so that it has no error: what is in it is only not ours to read.
    @Test func anEncryptedMessageTellsWhoseItIs() throws {
        let expected = """
            {"engineBoots":3,"engineID":"80001f88ab","engineTime":4,"level":"authPriv","pdu":"encrypted","receiver":"127.0.0.1:162",\
            "sender":"192.0.2.7:50000","time":"2025-12-31T23:59:59.123456Z","user":"ops","version":"v3"}
            """
        #expect(try json(envelope(3, .encrypted([1, 2, 3]))) == expected)
    }

    /// The level is that of what came, and not of what it was made into for reading.
    @Test func anOpenedMessageTellsAll() throws {
        let pdu = PDU.standard(StandardPDU(kind: .trapV2, requestID: 5, variables: notification(linkDown)))
        let cleartext = envelope(
            0, .plaintext(contextEngineID: [0x80], contextName: ArraySlice("site".utf8), pdu: pdu))
        let expected = """
            {"context":"site","contextEngineID":"80","engineBoots":3,"engineID":"80001f88ab","engineTime":4,"level":"authPriv",\
            "name":"iso.3.6.1.6.3.1.1.5.3","oid":"1.3.6.1.6.3.1.1.5.3","pdu":"trap","receiver":"127.0.0.1:162","requestId":5,\
            "sender":"192.0.2.7:50000","time":"2025-12-31T23:59:59.123456Z","uptime":4200,"user":"ops",\
            "variables":[],"version":"v3"}
            """
        #expect(try json(envelope(3, .encrypted([1, 2, 3])), open: { _ in .cleartext(cleartext) }) == expected)
    }

    @Test func aRefusedMessageSaysWhy() throws {
        let expected = """
            {"advice":"check the password","engineBoots":3,"engineID":"80001f88ab","engineTime":4,"level":"authPriv","pdu":"encrypted",\
            "receiver":"127.0.0.1:162","refused":"v3-wrong-digest","sender":"192.0.2.7:50000",\
            "time":"2025-12-31T23:59:59.123456Z","user":"ops","version":"v3"}
            """
        #expect(
            try json(
                envelope(3, .encrypted([1, 2, 3])),
                open: { _ in .refused(reason: "v3-wrong-digest", advice: "check the password") }) == expected)
    }

    /// Whoever opens is never asked for what has no user.
    @Test func communitiesAreNotOpened() throws {
        let datagram = message(
            .v2c, .standard(StandardPDU(kind: .trapV2, requestID: 1, variables: notification(linkDown))))
        #expect(try json(datagram, open: { _ in .refused(reason: "x", advice: "y") }) == json(datagram))
    }

    @Test func anEncryptedMessageThatIsCutShortIsMalformed() throws {
        let text = try json([UInt8](envelope(3, .encrypted([1, 2, 3])).dropLast()))
        #expect(text.hasPrefix("{\"error\":\"truncated"))
        #expect(!text.contains("encrypted"))
    }

    @Test func aDecodedNotificationGivesTheSameDocument() throws {
        let datagrams = [
            message(
                .v2c, .standard(StandardPDU(kind: .informRequest, requestID: 7, variables: notification(linkDown)))),
            message(
                .v1,
                .trapV1(
                    TrapV1PDU(
                        enterprise: .enterprises.appending(99_999, 1), agentAddress: 0x0a01_0203, genericTrap: 2,
                        specificTrap: 0, timestamp: 99, variables: []))),
            envelope(
                1,
                .plaintext(
                    contextEngineID: [0x80], contextName: [],
                    pdu: .standard(StandardPDU(kind: .trapV2, requestID: 5, variables: notification(linkDown))))),
        ]
        for datagram in datagrams {
            let time = Timestamp(seconds: 1)
            let endpoint = try #require(Endpoint("192.0.2.7:50000"))
            let decoded = DatagramDocument(
                try SNMPNotification.decode(datagram), time: time, sender: endpoint, receiver: endpoint,
                community: nil, catalog: .empty)
            let read = DatagramDocument(
                datagram: datagram, time: time, sender: endpoint, receiver: endpoint, catalog: .empty)
            #expect(decoded == read)
        }
    }
}
