import Alarms
import SNMPWire
import Testing

@testable import Sinks

@Suite struct StructuredDataTests {
    private func elements(_ event: Event, _ datagram: [UInt8]? = nil) throws -> [StructuredDataReader.Element] {
        let sample = WireSamples.sinkEvent(event, datagram: datagram)
        let settings = SyslogSettings(host: "127.0.0.1", transport: .tcp(.octetCounting))
        let message = SyslogFormatter(settings: settings).message(for: sample)
        return try #require(StructuredDataReader.elements(in: message))
    }

    @Test func `the alarm element has the parameters that it must have`() throws {
        var event = WireSamples.event(source: "")
        event.probableCause = nil
        event.eventType = nil
        let alarm = try #require(try elements(event).first)
        #expect(
            alarm
                == .init(
                    id: "alarm",
                    parameters: ["resource": "gw-1", "perceivedSeverity": "major", "probableCause": "other"]))
    }

    @Test(arguments: [
        (Severity.minor, Severity.critical, "moreSevere"), (.critical, .warning, "lessSevere"),
    ])
    func `a change tells its trend`(previous: Severity, severity: Severity, trend: String) throws {
        var event = WireSamples.event(transition: .changed, severity: severity)
        event.previousSeverity = previous
        #expect(try elements(event).first?.parameters["trendIndication"] == trend)
    }

    @Test func `every type of value has its parameter`() throws {
        let values: [(Value, String, String)] = [
            (.integer(-5), "d", "-5"), (.octetString([0, 255][...]), "x", "00ff"),
            (.objectIdentifier(WireSamples.linkDown), "o", "1.3.6.1.6.3.1.1.5.3"),
            (.ipAddress(0xc000_0201), "i", "192.0.2.1"),
            (.counter32(4_294_967_295), "c", "4294967295"), (.gauge32(3), "u", "3"), (.timeTicks(100), "t", "100"),
            (.counter64(18_446_744_073_709_551_615), "C", "18446744073709551615"),
            (.opaque([1, 2][...]), "p", "0102"), (.null, "n", ""),
        ]
        let variables = values.enumerated().map { index, value in
            VariableBinding(name: WireSamples.oid("1.3.6.1.4.1.1.\(index)"), value: value.0)
        }
        let datagram = WireSamples.datagram(variables: variables)
        let snmp = try #require(try elements(WireSamples.event(), datagram).first { $0.id == "snmp" })
        for (index, value) in values.enumerated() {
            #expect(snmp.parameters["v\(index + 3)"] == "1.3.6.1.4.1.1.\(index)")
            #expect(snmp.parameters["\(value.1)\(index + 3)"] == value.2)
        }
    }
}
