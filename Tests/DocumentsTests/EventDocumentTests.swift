import Alarms
import Basics
import Documents
import Foundation
import MIBCatalog
import SNMPWire
import Testing

/// The JSON of one event, key by key: it is a contract.
@Suite struct EventDocumentTests {
    private let device = EventDevice(id: "10.1.2.3", name: "gateway", address: IPAddress(v4: 0x0a01_0203))

    @Test func aChangeHasEverything() {
        let event = Event(
            id: 12, time: Timestamp(seconds: 1_767_225_599, nanoseconds: 5_000),
            deviceTime: Timestamp(seconds: 1_767_225_598), transition: .changed, reason: "because", alarmID: 11,
            alarm: "acBoardEthernetLinkAlarm", oid: .enterprises.appending(5003, 9, 10, 1, 21, 2, 0, 10),
            severity: .critical, previousSeverity: .major, highestSeverity: .critical, device: device,
            source: "Board#1/EthernetLink#0", text: "line 1\nline \"2\"", eventType: "communicationsAlarm",
            probableCause: "underlyingResourceUnavailable", count: 2, raised: Timestamp(seconds: 1_767_225_000))
        let expected = """
            {"alarm":"acBoardEthernetLinkAlarm","alarmId":11,"count":2,\
            "device":{"address":"10.1.2.3","id":"10.1.2.3","name":"gateway"},\
            "deviceTime":"2025-12-31T23:59:58.000000Z","eventType":"communicationsAlarm","id":12,\
            "oid":"1.3.6.1.4.1.5003.9.10.1.21.2.0.10","previousSeverity":"major",\
            "probableCause":"underlyingResourceUnavailable","raised":"2025-12-31T23:50:00.000000Z","reason":"because",\
            "severity":"critical","source":"Board#1/EthernetLink#0","text":"line 1\\nline \\"2\\"",\
            "time":"2025-12-31T23:59:59.000005Z","transition":"changed"}
            """
        #expect(EventDocument(event).jsonLine() == expected)
    }

    @Test func whatIsNotKnownIsLeftOut() {
        let event = Event(
            id: 1, time: Timestamp(seconds: 0), transition: .logged, alarm: "coldStart",
            oid: .snmpTraps.appending(1), severity: .indeterminate, highestSeverity: .indeterminate,
            device: EventDevice(id: "2001:db8::1", name: "2001:db8::1", address: IPAddress(v6: 0x2001_0db8 << 96 | 1)),
            source: "", text: "")
        let expected = """
            {"alarm":"coldStart","count":1,"device":{"address":"2001:db8::1","id":"2001:db8::1","name":"2001:db8::1"},\
            "id":1,"oid":"1.3.6.1.6.3.1.1.5.1","severity":"indeterminate","source":"","text":"",\
            "time":"1970-01-01T00:00:00.000000Z","transition":"logged"}
            """
        #expect(EventDocument(event).jsonLine() == expected)
    }

    @Test func theDatagramStandsUnderNotification() throws {
        let endpoint = try #require(Endpoint("192.0.2.7:50000"))
        let datagram = DatagramDocument(
            datagram: [], time: Timestamp(seconds: 0), sender: endpoint, receiver: endpoint, catalog: .empty)
        let event = Event(
            id: 1, time: Timestamp(seconds: 0), transition: .raised, alarmID: 1, alarm: "a", oid: .mib2,
            severity: .minor, highestSeverity: .minor, device: device, source: "", text: "",
            raised: Timestamp(seconds: 0))
        let line = EventDocument(event, datagram: datagram).jsonLine()
        #expect(line.contains("\"notification\":\(datagram.jsonLine()),"))
        #expect(!line.contains("\n"))
    }

    @Test func explainAddsRoutesAndSinks() {
        let event = Event(
            id: 1, time: Timestamp(seconds: 0), transition: .logged, alarm: "a", oid: .mib2, severity: .minor,
            highestSeverity: .minor, device: device, source: "", text: "")
        let line = EventDocument(event, routes: ["serious"], sinks: []).jsonLine()
        #expect(line.contains("\"routes\":[\"serious\"]"))
        #expect(line.contains("\"sinks\":[]"))
        #expect(!line.contains("delayed") && !line.contains("withheld"))
    }

    @Test func explainTellsWhatWaitsAndWhatIsHeldBack() throws {
        let event = Event(
            id: 1, time: Timestamp(seconds: 0), transition: .raised, alarm: "a", oid: .mib2, severity: .minor,
            highestSeverity: .minor, device: device, source: "", text: "")
        var document = EventDocument(event, routes: ["serious"], sinks: [])
        document.delayed = ["ops": 60, "noc": 5]
        document.withheld = ["archive"]
        document.withheldBy = "silence 7"
        let line = document.jsonLine()
        #expect(line.contains("\"count\":1,\"delayed\":{\"noc\":5,\"ops\":60},\"device\""))
        #expect(line.hasSuffix("\"withheld\":[\"archive\"],\"withheldBy\":\"silence 7\"}"))
        #expect(try JSONDecoder().decode(EventDocument.self, from: Data(line.utf8)) == document)
    }

    @Test(arguments: Severity.allCases, Transition.allCases)
    func itReadsBack(severity: Severity, transition: Transition) throws {
        let event = Event(
            id: 1, time: Timestamp(seconds: 0), transition: transition, alarm: "a", oid: .mib2, severity: severity,
            highestSeverity: severity, device: device, source: "s", text: "t")
        let document = EventDocument(event)
        #expect(document.severity == severity.name)
        #expect(document.transition == transition)
        #expect(try JSONDecoder().decode(EventDocument.self, from: Data(document.jsonLine().utf8)) == document)
    }

    @Test func anAlarmThatStands() {
        var alarm = ActiveAlarm(
            id: 3, key: AlarmKey(device: "10.1.2.3", oid: .mib2, source: "ifIndex.7"), alarm: "linkDown",
            device: device, severity: .major, highestSeverity: .critical, text: "t", eventType: nil,
            probableCause: nil, raised: Timestamp(seconds: 0), lastTime: Timestamp(seconds: 9), count: 4,
            sinks: ["noc"])
        let expected = """
            {"active":{"alarm":"linkDown","count":4,\
            "device":{"address":"10.1.2.3","id":"10.1.2.3","name":"gateway"},\
            "highestSeverity":"critical","id":3,"lastTime":"1970-01-01T00:00:09.000000Z",\
            "raised":"1970-01-01T00:00:00.000000Z","severity":"major","source":"ifIndex.7","text":"t"}}
            """
        #expect(ActiveAlarmDocument(alarm).jsonLine() == expected)
        alarm.acknowledged = AlarmRemark(by: "anna", time: Timestamp(seconds: 1), text: "")
        alarm.note = AlarmRemark(by: "bert", time: Timestamp(seconds: 2), text: "cable 4")
        let line = ActiveAlarmDocument(alarm).jsonLine()
        #expect(line.contains("\"acknowledged\":{\"by\":\"anna\",\"time\":\"1970-01-01T00:00:01.000000Z\"}"))
        #expect(
            line.contains("\"note\":{\"by\":\"bert\",\"text\":\"cable 4\",\"time\":\"1970-01-01T00:00:02.000000Z\"}"))
    }

    @Test func whatOperatorsDid() {
        let entry = AuditEntry(
            time: Timestamp(seconds: 1), by: "anna", action: "alarms ack", subject: "alarm 3", note: "",
            outcome: "done",
            event: 9)
        let expected = """
            {"action":"alarms ack","by":"anna","event":9,"outcome":"done","subject":"alarm 3",\
            "time":"1970-01-01T00:00:01.000000Z"}
            """
        #expect(AuditDocument(entry).jsonLine() == expected)
    }
}
