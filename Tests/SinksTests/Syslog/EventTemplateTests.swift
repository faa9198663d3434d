import Alarms
import Testing

@testable import Sinks

@Suite struct EventTemplateTests {
    private func text(_ template: String, _ event: Event = WireSamples.event()) -> String {
        let sample = WireSamples.sinkEvent(event, datagram: WireSamples.datagram())
        return EventTemplate(template).text(for: sample.event, datagram: sample.datagram)
    }

    @Test func `placeholders take the event's fields`() {
        #expect(
            text("{id} {alarm} {source} {severity} {transition} {device} {address} {eventType} {probableCause} {kind}")
                == "1 linkDown ifIndex.7 major raised gw-1 192.0.2.1 communicationsAlarm lossOfSignal Alarm")
        #expect(text("{time}") == "2026-01-31T23:59:59.124456Z")
        #expect(text("{kind}", WireSamples.event(transition: .logged)) == "Event")
        #expect(text("[{previousSeverity}{reason}]") == "[]")
    }

    @Test func `the description leaves out an empty source`() {
        #expect(text("{description}") == "ifIndex.7, Interface 7 is down")
        #expect(text("{description}", WireSamples.event(source: "")) == "Interface 7 is down")
    }

    @Test func `braces that hold no placeholder stay`() {
        #expect(text("{{id}} {{{id} {unfinished") == "{id}} {1 {unfinished")
        #expect(text("") == "")
    }

    @Test func `all documented placeholders are known, and unknown ones are told`() {
        for name in EventTemplate.placeholders {
            #expect(EventTemplate.unknownPlaceholders(in: "{\(name)}") == [])
        }
        #expect(
            EventTemplate.unknownPlaceholders(in: "{severty} {alarm} {IF-MIB::ifDescr} {{no} {}") == ["severty", ""])
    }
}
