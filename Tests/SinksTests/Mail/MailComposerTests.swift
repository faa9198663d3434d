import Alarms
import Basics
import Foundation
import Testing

@testable import Sinks

@Suite struct MailComposerTests {
    private let date = Date(timeIntervalSince1970: 1_769_904_000)

    private func composer(from: String = "Trapline <trapline@example.net>") throws -> MailComposer {
        MailComposer(
            sink: "ops", from: try #require(MailAddress(from)),
            recipients: try ["noc@example.net", "Zoë <z@example.org>"].map { try #require(MailAddress($0)) })
    }

    private func mail(_ events: [SinkEvent]) throws -> ParsedMail {
        try ParsedMail(try composer().compose(events, date: date).text)
    }

    @Test func `a mail of one event has all headers`() throws {
        let mail = try mail([WireSamples.sinkEvent(WireSamples.event(id: 42), datagram: WireSamples.datagram())])
        #expect(mail.headers["From"] == "Trapline <trapline@example.net>")
        #expect(mail.headers["To"] == "noc@example.net, =?UTF-8?B?Wm/Dqw==?= <z@example.org>")
        #expect(mail.headers["Subject"] == "New Alarm - linkDown, received from gw-1 (ifIndex.7) with severity major")
        #expect(mail.headers["Date"] == "Sun, 1 Feb 2026 00:00:00 +0000")
        #expect(mail.headers["Message-ID"] == "<trapline.ops.42.1769903999@example.net>")
        #expect(mail.headers["Auto-Submitted"] == "auto-generated")
        #expect(mail.headers["MIME-Version"] == "1.0")
        #expect(mail.headers["In-Reply-To"] == nil)
        #expect(mail.headers["References"] == nil)
    }

    @Test func `the body tells every field, as text and as HTML`() throws {
        let mail = try mail([WireSamples.sinkEvent(WireSamples.event(id: 42), datagram: WireSamples.datagram())])
        for words in ["linkDown", "major", "gw-1", "192.0.2.1", "ifIndex.7", "Interface 7 is down", "lossOfSignal"] {
            #expect(mail.text.contains(words))
            #expect(mail.html.contains(words))
        }
        #expect(mail.text.contains("  Severity:       major\n"))
        #expect(mail.html.contains("eth &quot;7&quot;]\\"))
        #expect(mail.html.contains("<th align=\"left\" valign=\"top\">Severity</th>"))
    }

    @Test func `what a device is called begins no line of its own`() throws {
        let event = WireSamples.event(id: 42, device: "gw-1\n  Severity:       cleared")
        let mail = try mail([WireSamples.sinkEvent(event)])
        #expect(!mail.text.contains("\n  Severity:       cleared (ifIndex"))
        #expect(mail.text.hasPrefix("New Alarm - linkDown, received from gw-1 Severity: cleared (ifIndex.7)"))
    }

    @Test func `what follows a raise refers to the raise's mail`() throws {
        let raise = WireSamples.event(id: 42)
        let raised = try mail([WireSamples.sinkEvent(raise)])
        for transition in [Transition.cleared, .changed, .repeated] {
            var event = WireSamples.event(id: 50, transition: transition, severity: .cleared)
            event.alarmID = 42
            event.raised = raise.time
            let mail = try mail([WireSamples.sinkEvent(event)])
            #expect(mail.headers["In-Reply-To"] == raised.headers["Message-ID"])
            #expect(mail.headers["References"] == raised.headers["Message-ID"])
            let digest = try self.mail([WireSamples.sinkEvent(event), WireSamples.sinkEvent(raise)])
            #expect(digest.headers["In-Reply-To"] == nil)
        }
        let logged = try mail([WireSamples.sinkEvent(WireSamples.event(id: 7, transition: .logged))])
        #expect(logged.headers["In-Reply-To"] == nil)
        #expect(logged.headers["Subject"]?.hasPrefix("New Event - ") == true)
    }

    @Test func `the same events make the same Message-ID, others another`() throws {
        let first = try composer().compose(WireSamples.sinkEvents(1...5), date: date)
        let again = try composer().compose(WireSamples.sinkEvents(1...5), date: date.addingTimeInterval(60))
        let others = try composer().compose(WireSamples.sinkEvents(1...6), date: date)
        #expect(first.messageID == again.messageID)
        #expect(first.messageID != others.messageID)
        #expect(first.messageID == "<trapline.ops.1-5.1769903999@example.net>")
    }

    @Test func `a storm is one mail of bounded size that counts everything`() throws {
        let severities: [Severity] = [.critical, .major, .minor, .warning, .cleared]
        let events = (Int64(1)...100_000).map { number in
            WireSamples.sinkEvent(
                WireSamples.event(
                    id: number, severity: severities[Int(number % 5)], device: "gw-\(number % 80)",
                    text: String(repeating: "long ", count: 100)))
        }
        let mail = try mail(events)
        #expect(mail.headers["Subject"] == "100000 alarms and events from 80 devices, highest severity critical")
        #expect(mail.text.contains("  critical: 20000\n"))
        #expect(mail.text.contains("and 37500 from 30 other devices"))
        #expect(mail.text.contains("and 99800 more, to be seen with: trapline events"))
        #expect(mail.size < 400_000)
    }

    @Test func `a digest of clears says so`() throws {
        let events = (Int64(1)...2).map {
            WireSamples.sinkEvent(WireSamples.event(id: $0, transition: .cleared, severity: .cleared))
        }
        #expect(try mail(events).headers["Subject"] == "2 alarms and events from 1 device, all cleared")
    }

    @Test func `no text of a device makes a header or a part`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = HostileTextGenerator(seed: seed)
        let texts = WireSamples.hostileTexts + (0..<200).map { _ in generator.text() }
        let names: Set = [
            "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
        ]
        for text in texts {
            let event = WireSamples.sinkEvent(
                WireSamples.event(alarm: text, device: text, source: text, text: text),
                datagram: WireSamples.datagram(variables: [VariableSample.octets("1.3.6.1.4.1.1.0", text)]))
            for events in [[event], [event, event]] {
                let octets = try composer().compose(events, date: date).text
                let mail = try ParsedMail(octets)
                #expect(Set(mail.headers.keys) == names, "seed \(seed)")
                #expect(mail.partCount == 2, "seed \(seed)")
                let lines = octets.components(separatedBy: "\r\n")
                #expect(lines.allSatisfy { $0.utf8.count <= 998 && $0.utf8.allSatisfy { (32...126).contains($0) } })
                #expect(!mail.html.contains("<script"))
                let shown = MailHeaderReader.decode(try #require(mail.headers["Subject"]))
                #expect(!shown.contains("\n") && !shown.contains("\r"))
                if events.count == 1 {
                    let expected = PlainText.oneLine("New Alarm - \(text),")
                    #expect(shown.hasPrefix(expected) || expected.utf8.count > 200 || text.isEmpty || text == " ")
                }
            }
        }
    }

    @Test func `markup of a device is shown, not obeyed`() throws {
        let text = "<script>alert('x')</script> & more"
        let mail = try mail([WireSamples.sinkEvent(WireSamples.event(text: text))])
        #expect(mail.html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; more"))
        #expect(mail.text.contains(text))
    }
}
