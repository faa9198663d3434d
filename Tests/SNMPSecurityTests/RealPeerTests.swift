import Basics
import Foundation
import SNMPWire
import TestPeers
import Testing

@testable import SNMPSecurity

/// What Debian's own clients send, and what they believe.
@Suite struct RealPeerTests {
    struct Way: Sendable, CustomTestStringConvertible {
        var authentication: AuthenticationProtocol?
        var privacy: PrivacyProtocol?

        var level: SecurityLevel {
            authentication == nil ? .noAuthNoPriv : privacy == nil ? .authNoPriv : .authPriv
        }

        var testDescription: String { "\(authentication?.rawValue ?? "-")/\(privacy?.rawValue ?? "-")" }

        static var all: [Way] {
            [Way()]
                + AuthenticationProtocol.allCases.flatMap { authentication in
                    ([nil] + PrivacyProtocol.allCases.map { $0 }).map {
                        Way(authentication: authentication, privacy: $0)
                    }
                }
        }
    }

    private static let engines: [EngineID] = [Samples.device, Samples.other]
    private static let network = Network("127.0.0.0/8")

    private static func user(_ way: Way) throws -> User {
        var user = Samples.user("ops", way.authentication, way.privacy)
        user.networks = [try #require(network)]
        return user
    }

    private static func arguments(_ user: User, _ way: Way) -> [String] {
        var arguments = ["-v3", "-u", user.name, "-l", way.level.description]
        if let authentication = user.authentication {
            arguments += ["-a", authentication.protocol.rawValue, "-A", authentication.password.reveal()]
        }
        if let privacy = user.privacy {
            arguments += ["-x", privacy.protocol.rawValue, "-X", privacy.password.reveal()]
        }
        return arguments
    }

    private static let trap = ["", "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.2.2.1.1.9", "i", "9"]

    @Test(arguments: Way.all)
    func takesTrapsFromManyEngines(_ way: Way) throws {
        let user = try Self.user(way)
        let security = Samples.security([user])
        let opener = NotificationOpener(users: security.users)
        let catcher = try DatagramCatcher()
        for engine in Self.engines {
            let sent = try Command.run(
                "snmptrap",
                ["-e", engine.description] + Self.arguments(user, way) + ["127.0.0.1:\(catcher.port)"] + Self.trap)
            #expect(sent.status == 0, "\(sent.standardError)")
            let caught = try #require(catcher.next())
            #expect(try security.refusal(caught.octets, from: IPAddress("127.0.0.1")) == nil)
            let notification = try opener.open(caught.octets)
            #expect(notification.kind == .trap)
            #expect(notification.v3?.engineID == engine.octets[...])
            #expect(notification.v3?.level == way.level)
            #expect(notification.trapOID == OID("1.3.6.1.6.3.1.1.5.3"))
            #expect(notification.variables.map(\.value) == [.integer(9)])
        }
    }

    /// Discovery, the clock, the inform and its acknowledgement, as a server does them.
    @Test(arguments: Way.all)
    func answersInforms(_ way: Way) throws {
        let user = try Self.user(way)
        let security = Samples.security([user])
        let catcher = try DatagramCatcher()
        let talk = Talk(security, catcher)
        talk.begin()
        let sent = try Command.run(
            "snmpinform",
            ["-r", "2", "-t", "5"] + Self.arguments(user, way) + ["127.0.0.1:\(catcher.port)"] + Self.trap)
        let informs = talk.end()
        #expect(sent.status == 0, "\(sent.standardError)")
        #expect(informs.map(\.trapOID) == [OID("1.3.6.1.6.3.1.1.5.3")])
        #expect(informs.first?.kind == .inform)
        #expect(informs.first?.v3?.level == way.level)
        #expect(security.statistics[.unknownEngineIDs] == 1)
    }

    /// What a client says of a Report shows that it understood it.
    @Test func clientsReadReports() throws {
        let user = try Self.user(Way(authentication: .sha256, privacy: .aes128))
        func complaint(_ arguments: [String]) throws -> String {
            let security = Samples.security([user])
            let catcher = try DatagramCatcher()
            let talk = Talk(security, catcher)
            talk.begin()
            defer { talk.end() }
            let output = try Command.run(
                "snmpinform", ["-v3", "-r", "0", "-t", "5"] + arguments + ["127.0.0.1:\(catcher.port)"] + Self.trap)
            #expect(output.status != 0)
            return output.standardError
        }
        let privacy = ["-x", "AES", "-X", Samples.privacyPassword.reveal()]
        #expect(
            try complaint(["-u", "nobody", "-l", "authNoPriv", "-a", "SHA-256", "-A", "whatever it is"])
                .contains("Unknown user name"))
        #expect(
            try complaint(["-u", "ops", "-l", "authPriv", "-a", "SHA-256", "-A", "wrong words"] + privacy)
                .contains("Authentication failure"))
        #expect(
            try complaint(["-u", "ops", "-l", "noAuthNoPriv"]).contains("Unsupported security level"))
        #expect(
            try complaint(
                ["-u", "ops", "-l", "authPriv", "-a", "SHA-256", "-A", Samples.authenticationPassword.reveal()]
                    + ["-x", "AES", "-X", "wrong words"]
            ).contains("Decryption error"))
    }
}

/// A server that answers on a thread of its own until it is ended.
private final class Talk: @unchecked Sendable {
    private let security: IncomingSecurity
    private let catcher: DatagramCatcher
    private let lock = NSLock()
    private let done = DispatchSemaphore(value: 0)
    private var isEnding = false
    private var informs: [SNMPNotification] = []

    init(_ security: IncomingSecurity, _ catcher: DatagramCatcher) {
        self.security = security
        self.catcher = catcher
    }

    func begin() {
        Thread { [self] in
            while !lock.withLock({ isEnding }) {
                guard let caught = catcher.next(milliseconds: 20) else { continue }
                take(caught)
            }
            done.signal()
        }.start()
    }

    @discardableResult
    func end() -> [SNMPNotification] {
        lock.withLock { isEnding = true }
        done.wait()
        return informs
    }

    private func take(_ caught: DatagramCatcher.Caught) {
        let octets = caught.octets
        guard let summary = (try? V3View.check(octets)) ?? nil else { return }
        let moment = Samples.moment()
        do throws(SecurityRefusal) {
            let admitted = try security.admit(
                octets.rawOctets, summary, from: IPAddress("127.0.0.1"), at: moment)
            guard case .inform(let inform) = admitted, !security.isReplay(inform, at: moment),
                let response = security.response(to: inform, octets.rawOctets, summary, at: moment)
            else { return }
            catcher.answer(caught, response)
            if let notification = try? NotificationOpener(users: security.users).open(octets) {
                lock.withLock { informs.append(notification) }
            }
        } catch {
            guard let report = security.report(on: error, octets.rawOctets, summary, at: moment) else { return }
            catcher.answer(caught, report)
        }
    }
}
