import Alarms
import Basics
import Documents
import Foundation
import Sinks
import TestPeers
import Testing

@Suite struct ConsoleSinkTests {
    private func sinkEvent(
        _ change: (inout Event) -> Void = { _ in }, severity: Severity = .major
    ) throws -> SinkEvent {
        var event = try EventSample.event(1, severity: severity)
        event.time = Timestamp(seconds: 1_795_410_727, nanoseconds: 999_999_999)
        change(&event)
        return SinkEvent(event: event)
    }

    /// What a sink writes for `events`, into a file.
    private func output(
        _ events: [SinkEvent], form: ConsoleSettings.Form = .text, isColoured: Bool? = nil
    ) async throws -> String {
        let folder = try TemporaryFolder()
        let descriptor = open(folder.file("out"), O_WRONLY | O_CREAT, 0o600)
        defer { close(descriptor) }
        let sink = ConsoleSink(
            settings: ConsoleSettings(form: form), descriptor: descriptor, isColoured: isColoured)
        try await sink.deliver(events)
        await sink.close()
        return try String(contentsOfFile: folder.file("out"), encoding: .utf8)
    }

    @Test func anEventIsALine() async throws {
        let text = try await output([try sinkEvent(), try sinkEvent({ $0.source = "" }, severity: .indeterminate)])
        #expect(
            text == """
                2026-11-23 05:12:07Z  major          raised    edge router  linkDown  ifIndex.7  Interface 7 is down
                2026-11-23 05:12:07Z  indeterminate  raised    edge router  linkDown  Interface 7 is down

                """)
    }

    @Test func aClearSaysWhatItWas() async throws {
        let cleared = try sinkEvent({
            $0.transition = .cleared
            $0.severity = .cleared
            $0.previousSeverity = .critical
        })
        #expect(try await output([cleared]).hasSuffix("Interface 7 is down  (was critical)\n"))
    }

    @Test(arguments: [
        (Severity.critical, "1;31"), (.major, "31"), (.minor, "33"), (.warning, "36"), (.cleared, "32"),
    ])
    func severitiesHaveColours(severity: Severity, colour: String) async throws {
        let text = try await output([try sinkEvent(severity: severity)], isColoured: true)
        #expect(text.contains("  \u{1b}[\(colour)m\(severity.name)"))
        #expect(text.contains("raised  \u{1b}[0m  edge router"))
    }

    @Test func whatIsNoTerminalHasNoColours() async throws {
        #expect(try await !output([try sinkEvent()]).contains("\u{1b}"))
        #expect(try await !output([try sinkEvent(severity: .indeterminate)], isColoured: true).contains("\u{1b}"))
    }

    @Test func noFieldOfATrapReachesTheTerminalAsAControl() async throws {
        let attack = "\u{1b}]0;owned\u{7}\r\n\u{9b}2J\u{202e}"
        let event = try sinkEvent {
            $0.device.name = "d" + attack
            $0.alarm = "a" + attack
            $0.source = "s" + attack
            $0.text = "t" + attack
        }
        for form in ConsoleSettings.Form.allCases {
            let text = try await output([event], form: form, isColoured: false)
            #expect(text.split(separator: "\n").count == 1, "no second line: \(form)")
            let controls = text.dropLast().unicodeScalars.map(\.value).filter {
                $0 < 0x20 || (0x7f...0x9f).contains($0) || (0x202a...0x202e).contains($0)
            }
            #expect(controls.isEmpty, "\(form)")
        }
    }

    @Test func jsonIsTheOneEventObject() async throws {
        let event = try sinkEvent { $0.text = "C1 \u{9b} and \u{7f}" }
        let line = try await output([event], form: .json)
        let document = try JSONDecoder().decode(EventDocument.self, from: Data(line.utf8))
        #expect(document == EventDocument(event.event, datagram: nil))
        #expect(line.contains("\\u009b") && line.contains("\\u007f"))
    }

    @Test func aClosedOutputIsAFailure() async throws {
        let sink = ConsoleSink(settings: ConsoleSettings(), descriptor: 4_000)
        let event = try sinkEvent()
        let failure = await #expect(throws: DeliveryFailure.self) { try await sink.deliver([event]) }
        #expect(failure?.reason == .unreachable)
        await #expect(throws: DeliveryFailure.self) { try await sink.probe() }
    }

    @Test func aFullDiskIsAStorageFailure() async throws {
        let descriptor = open("/dev/full", O_WRONLY)
        defer { close(descriptor) }
        let sink = ConsoleSink(settings: ConsoleSettings(), descriptor: descriptor)
        let event = try sinkEvent()
        let failure = await #expect(throws: DeliveryFailure.self) { try await sink.deliver([event]) }
        #expect(failure?.reason == .storage)
        #expect(failure?.detail == "standard output: No space left on device")
    }

    @Test func thePreviewIsTheLine() throws {
        let event = try sinkEvent()
        #expect(
            ConsoleSink(settings: ConsoleSettings(), isColoured: true).preview(event).hasPrefix("2026-11-23 05:12:07Z"))
        #expect(ConsoleSink(settings: ConsoleSettings(form: .json)).preview(event).hasPrefix("{\"alarm\":"))
    }
}
