import Alarms
import Basics
import Foundation
import TestPeers
import Testing

@testable import Sinks

/// Against a real exim. One after the other: each starts a server.
@Suite(.serialized) struct MailSinkTests {
    /// Fields that exim adds when it takes and delivers a mail.
    private static let added: Set = ["Received", "Return-path", "Envelope-to"]

    private static let password = MailSettings.Authentication.password(
        user: SMTPServer.user, password: Secret(SMTPServer.password))

    private func server() throws -> SMTPServer {
        try SMTPServer(certificates: try WireSamples.certificates.get())
    }

    private func sink(
        _ url: String, _ server: SMTPServer, startTLS: MailSettings.StartTLS = .required,
        authentication: MailSettings.Authentication? = nil, authority: String? = nil,
        to: [String] = ["noc@example.net"], onReject: RejectionPolicy = .deadLetter
    ) -> MailSink {
        MailSink(
            name: "ops",
            settings: MailSettings(
                server: url, startTLS: startTLS, authentication: authentication,
                authority: authority ?? server.certificates.authority, from: "Trapline <trapline@example.net>", to: to,
                onReject: onReject))
    }

    private func failure(_ sink: MailSink) async -> DeliveryFailure? {
        await #expect(throws: DeliveryFailure.self) { try await sink.deliver(WireSamples.sinkEvents(1...1)) }
    }

    @Test func `plain SMTP`() async throws {
        let server = try server()
        let sink = sink("smtp://127.0.0.1:\(server.barePort)", server, startTLS: .never)
        try await sink.probe()
        try await sink.deliver(WireSamples.sinkEvents(1...1))
        let mail = try ParsedMail(try #require(try await server.mails(atLeast: 1).first), ignoring: Self.added)
        #expect(mail.headers["Subject"] == "New Alarm - linkDown, received from gw-1 (ifIndex.7) with severity major")
        #expect(mail.text.contains("number 1"))
        #expect(mail.html.contains("number 1"))
    }

    @Test(arguments: ["STARTTLS", "TLS"], ["none", "password", "token"])
    func `TLS and credentials`(security: String, credentials: String) async throws {
        let server = try server()
        let url =
            security == "TLS" ? "smtps://localhost:\(server.tlsPort)" : "smtp://localhost:\(server.port)"
        let authentication: MailSettings.Authentication? =
            switch credentials {
            case "password": Self.password
            case "token": .token(user: SMTPServer.user, token: Secret(SMTPServer.token))
            default: nil
            }
        // Another domain is open only to who has authenticated.
        let recipient = authentication == nil ? "noc@example.net" : "noc@example.org"
        let sink = sink(url, server, authentication: authentication, to: [recipient])
        try await sink.probe()
        try await sink.deliver(WireSamples.sinkEvents(1...1))
        #expect(try await server.mails(atLeast: 1).count == 1)
        let accepted = try #require(
            server.log().split(separator: "\n").first { $0.contains(" <= trapline@example.net") })
        #expect(accepted.contains(authentication == nil ? "P=esmtps" : "P=esmtpsa"))
        let method =
            switch credentials {
            case "password": security == "TLS" ? " A=login:ops " : " A=plain:ops "
            case "token": " A=xoauth2:ops "
            default: " CV=no "
            }
        #expect(accepted.contains(method))
    }

    @Test func `several recipients and a mail full of what breaks mails`() async throws {
        let server = try server()
        let sink = sink(
            "smtp://localhost:\(server.port)", server, to: ["noc@example.net", "Nacht <night@example.net>"])
        let events = WireSamples.hostileTexts.enumerated().map { index, text in
            WireSamples.sinkEvent(
                WireSamples.event(id: Int64(index + 1), alarm: text, source: text, text: text),
                datagram: WireSamples.datagram())
        }
        try await sink.deliver(events)
        for event in events { try await sink.deliver([event]) }
        for box in ["noc", "night"] {
            let mails = try await server.mails(atLeast: events.count + 1, for: box)
            #expect(mails.count == events.count + 1)
            for mail in mails { #expect(try ParsedMail(mail, ignoring: Self.added).partCount == 2) }
        }
    }

    @Test func `lines that begin with a dot arrive as they are`() async throws {
        let server = try server()
        let sink = sink("smtp://localhost:\(server.port)", server)
        let event = WireSamples.sinkEvent(WireSamples.event(text: "first\n.\n..\n.hidden\nlast"))
        try await sink.deliver([event])
        let mail = try ParsedMail(try #require(try await server.mails(atLeast: 1).first), ignoring: Self.added)
        #expect(mail.text.contains("first\n.\n..\n.hidden\nlast\n"))
    }

    @Test func `a storm is one mail`() async throws {
        let server = try server()
        let sink = sink("smtp://localhost:\(server.port)", server)
        try await sink.deliver(WireSamples.sinkEvents(1...20_000))
        let mails = try await server.mails(atLeast: 1)
        #expect(mails.count == 1)
        let mail = try ParsedMail(try #require(mails.first), ignoring: Self.added)
        #expect(mail.headers["Subject"] == "20000 alarms and events from 1 device, highest severity major")
        #expect(sink.gathering == .window(.seconds(30), maximum: 25_000))
    }

    @Test func `STARTTLS that is required and not offered`() async throws {
        let server = try server()
        let failure = await failure(sink("smtp://localhost:\(server.barePort)", server))
        #expect(failure?.reason == .tls, "\(failure?.detail ?? "")")
        #expect(try server.mails().isEmpty)
    }

    @Test func `STARTTLS that is welcome and not offered`() async throws {
        let server = try server()
        try await sink("smtp://localhost:\(server.barePort)", server, startTLS: .opportunistic)
            .deliver(WireSamples.sinkEvents(1...1))
        #expect(try await server.mails(atLeast: 1).count == 1)
    }

    @Test(arguments: ["password", "token"])
    func `wrong credentials`(kind: String) async throws {
        let server = try server()
        let authentication: MailSettings.Authentication =
            kind == "password"
            ? .password(user: SMTPServer.user, password: Secret("wrong-secret"))
            : .token(user: SMTPServer.user, token: Secret("wrong-secret"))
        let sink = sink("smtp://localhost:\(server.port)", server, authentication: authentication)
        let failure = await failure(sink)
        #expect(failure?.reason == .authentication, "\(failure?.detail ?? "")")
        #expect(failure?.detail.contains("535") == true)
        #expect(failure?.detail.contains("wrong-secret") == false)
        await #expect(throws: DeliveryFailure.self) { try await sink.probe() }
    }

    @Test(arguments: ["STARTTLS", "TLS"])
    func `a certificate that nobody trusts`(security: String) async throws {
        let server = try server()
        let url = security == "TLS" ? "smtps://localhost:\(server.tlsPort)" : "smtp://localhost:\(server.port)"
        let failure = await failure(sink(url, server, authority: server.certificates.strangerAuthority))
        #expect(failure?.reason == .tls, "\(failure?.detail ?? "")")
    }

    @Test func `all recipients rejected`() async throws {
        let server = try server()
        let sink = sink(
            "smtp://localhost:\(server.port)", server, to: ["nobody@example.net", "noc@example.org"])
        let failure = await failure(sink)
        #expect(failure?.reason == .rejected)
        #expect(failure?.detail.contains("nobody@example.net: 550 no such mailbox here") == true)
        #expect(failure?.detail.contains("noc@example.org: 550 relay not permitted") == true)
    }

    @Test func `one recipient rejected does not keep the mail from the others`() async throws {
        let server = try server()
        let sink = sink(
            "smtp://localhost:\(server.port)", server, to: ["nobody@example.net", "noc@example.net"])
        try await sink.deliver(WireSamples.sinkEvents(1...1))
        #expect(try await server.mails(atLeast: 1).count == 1)
        let rejection = sink.takeRejection()
        #expect(rejection?.reason == .rejected)
        #expect(rejection?.detail.contains("nobody@example.net: 550 no such mailbox here") == true)
        #expect(rejection?.detail.contains("noc@example.net") == false)
        #expect(sink.takeRejection() == nil, "told once")
    }

    @Test func `on-reject stop tries the one who was rejected again, alone`() async throws {
        let server = try server()
        let sink = sink(
            "smtp://localhost:\(server.port)", server, to: ["nobody@example.net", "noc@example.net"], onReject: .stop)
        for _ in 0..<2 {
            let failure = await failure(sink)
            #expect(failure?.reason == .rejected)
            #expect(failure?.detail.contains("nobody@example.net: 550") == true)
        }
        #expect(try await server.mails(atLeast: 1).count == 1, "the other has it, once")
        #expect(sink.takeRejection() == nil)
    }

    /// RFC 5321 §4.2.1 leaves it open what a 5yz before MAIL is about; it is not about this mail.
    @Test(arguments: [
        ("", DeliveryFailure.Reason.refused), ("EHLO", .refused), ("MAIL", .rejected), ("RCPT", .rejected),
        ("DATA", .rejected), (".", .rejected),
    ])
    func `a refusal is final only where it is about the mail`(step: String, reason: DeliveryFailure.Reason) async throws
    {
        let server = try RefusingSMTPServer(at: step)
        defer { server.stop() }
        let sink = MailSink(
            name: "ops",
            settings: MailSettings(
                server: "smtp://127.0.0.1:\(server.port)", startTLS: .never, from: "a@example.net",
                to: ["b@example.net"]))
        let failure = await failure(sink)
        #expect(failure?.reason == reason, "\(failure?.detail ?? "")")
        #expect(failure?.detail.contains("554 not here") == true, "\(failure?.detail ?? "")")
    }

    @Test func `one recipient deferred is tried again alone`() async throws {
        let server = try server()
        let sink = sink("smtp://localhost:\(server.port)", server, to: ["later@example.net", "noc@example.net"])
        for _ in 0..<3 {
            let failure = await failure(sink)
            #expect(failure?.reason == .refused)
            #expect(failure?.detail.contains("later@example.net: 451 come back later") == true)
        }
        // Another mail after it goes to both again; the first came once.
        await #expect(throws: DeliveryFailure.self) { try await sink.deliver(WireSamples.sinkEvents(2...2)) }
        let mails = try await server.mails(atLeast: 2)
        #expect(mails.count == 2)
    }

    @Test func `a server that is down for a while`() async throws {
        let server = try server()
        let sink = sink("smtp://localhost:\(server.port)", server)
        server.stop()
        let failure = await failure(sink)
        #expect(failure?.reason == .unreachable, "\(failure?.detail ?? "")")
        try server.start()
        try await sink.deliver(WireSamples.sinkEvents(1...1))
        #expect(try await server.mails(atLeast: 1).count == 1)
    }

    @Test func `an address that is none leaves nobody out in silence`() async throws {
        let server = try server()
        let sink = sink("smtp://localhost:\(server.port)", server, to: ["noc@example.net", "night"])
        let failure = await failure(sink)
        #expect(failure?.reason == .rejected)
        #expect(failure?.detail == "night is no mail address")
        await #expect(throws: DeliveryFailure.self) { try await sink.probe() }
        #expect(try server.mails().isEmpty)
    }

    @Test func `credentials that the server does not ask for`() async throws {
        let server = try server()
        let sink = sink(
            "smtp://localhost:\(server.barePort)", server, startTLS: .never, authentication: Self.password)
        try await sink.deliver(WireSamples.sinkEvents(1...1))
        #expect(try await server.mails(atLeast: 1).count == 1)
    }

    @Test func `a name that does not exist`() async throws {
        let sink = MailSink(
            name: "ops",
            settings: MailSettings(
                server: "smtp://no-such-host.invalid", startTLS: .never, from: "a@example.net", to: ["b@example.net"]))
        let failure = await failure(sink)
        #expect(failure?.reason == .unreachable)
    }
}
