import SNMPWire
import Testing

@Suite struct PDUTests {
    /// The names of the JSON, a contract.
    @Test func kindsHaveNames() {
        #expect(
            PDUKind.allCases.map(\.name) == [
                "get", "get-next", "response", "set", "trap", "get-bulk", "inform", "trap", "report",
            ])
        #expect(SNMPVersion.allCases.map(\.description) == ["v1", "v2c", "v3"])
        #expect(SecurityLevel.allCases.map(\.description) == ["noAuthNoPriv", "authNoPriv", "authPriv"])
    }

    @Test func threeAreNotifications() {
        #expect(PDUKind.allCases.filter(\.isNotification) == [.trapV1, .informRequest, .trapV2])
    }

    @Test func aBulkRequestNamesItsNumbers() throws {
        guard case .standard(var pdu) = try SNMPMessage.decode(Fixture.named("get-bulk-request").datagram).pdu else {
            Issue.record("no standard PDU")
            return
        }
        #expect(pdu.nonRepeaters == 1)
        #expect(pdu.maxRepetitions == 25)
        pdu.nonRepeaters = 2
        pdu.maxRepetitions = 3
        #expect(pdu.errorStatus == 2)
        #expect(pdu.errorIndex == 3)
    }

    /// Each error's code is the reason of a metric, and so a contract.
    @Test func errorsHaveReasons() {
        #expect(
            WireError.Code.allCases.map(\.rawValue) == [
                "truncated", "too-long", "bad-length", "bad-type", "bad-integer", "bad-oid", "bad-value",
                "bad-version", "bad-community", "bad-security", "trailing-bytes", "not-a-notification",
                "missing-trap-oid", "v3-unsupported",
            ])
    }
}
