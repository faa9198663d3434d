import Basics
import Journal
import Manager
import SNMPSecurity
import SNMPWire
import Synchronization
import TestPeers
import Testing

@testable import Intake

/// Of what comes back by v3, whoever asked says what it is worth.
@Suite(.serialized) struct UserRequestsTests {
    /// Whoever asked.
    private final class Asker: Sendable {
        private struct State {
            var verdict: ExpectedResponse.Verdict
            var judged: [[UInt8]] = []
            var settled: [[UInt8]] = []
        }

        private let state: Mutex<State>

        init(_ verdict: ExpectedResponse.Verdict) { state = Mutex(State(verdict: verdict)) }

        var judged: [[UInt8]] { state.withLock { $0.judged } }
        var settled: [[UInt8]] { state.withLock { $0.settled } }

        func expects(messageID: Int32, of peer: Endpoint) -> ExpectedResponse {
            let key = ExpectedResponse.Key(peer: peer, requestID: messageID)
            return ExpectedResponse(
                key: key,
                proof: .user { datagram, _ in
                    self.state.withLock { state in
                        state.judged.append(datagram)
                        return state.verdict
                    }
                }
            ) { datagram in self.state.withLock { $0.settled.append(datagram) } }
        }
    }

    private static func message(_ messageID: Int32 = 7) throws -> [UInt8] {
        let pdu = StandardPDU(
            kind: .response, requestID: 1,
            variables: [VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(9))])
        return try OutgoingMessage(
            messageID: messageID, isReportable: false, engineID: [0x80, 0, 0, 0, 1, 2, 3],
            reading: EngineReading(boots: 1, time: 1), userName: Array("ops".utf8)[...], level: .noAuthNoPriv,
            scoped: ScopedPDU(contextEngineID: [0x80, 0, 0, 0, 1, 2, 3], pdu: .standard(pdu))
        ).encode(keys: nil, salts: Salts(boots: 1))
    }

    private func device(_ bench: Bench) throws -> (UDPSender, Endpoint) {
        let device = try UDPSender(to: bench.endpoint())
        return (device, try #require(device.localEndpoint))
    }

    @Test func aResponseIsJournaledAsItCame() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let asker = Asker(.response)
        bench.intake.expect(asker.expects(messageID: 7, of: peer))
        // The second is not waited for any more.
        for _ in 1...2 { try device.send(Self.message()) }
        #expect(bench.received(2))
        #expect(eventually { asker.settled.count == 1 })
        #expect(try asker.settled == [Self.message()])
        #expect(try bench.journal.entries.map(\.payload) == [Self.message()])
        #expect(bench.accounts.journaled == 1)
        #expect(bench.accounts.refusedTotal == 1)
        #expect(bench.accounts.isBalanced)
    }

    @Test func answersComeInWhereNoUserMaySend() throws {
        var access = AccessSettings()
        access.versions = [.v2c]
        let bench = try Bench(access: access)
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let asker = Asker(.response)
        bench.intake.expect(asker.expects(messageID: 7, of: peer))
        try device.send(Self.message(8))
        #expect(bench.received(1))
        #expect(bench.accounts.refused[.version] == 1)
        try device.send(Self.message())
        #expect(bench.received(2))
        #expect(eventually { asker.settled.count == 1 })
        #expect(try bench.journal.entries.map(\.payload) == [Self.message()])
        #expect(bench.accounts.isBalanced)
    }

    /// As where a device refuses the user: the request has ended before the socket's thread goes on.
    @Test func aReportThatEndsItsRequestIsNoUnawaitedOne() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let key = ExpectedResponse.Key(peer: peer, requestID: 7)
        let intake = bench.intake
        bench.intake.expect(
            ExpectedResponse(
                key: key,
                proof: .user { _, _ in
                    intake.forget(key)
                    return .report
                }
            ) { _ in })
        try device.send(Self.message())
        #expect(bench.received(1))
        #expect(bench.accounts.reports == 1)
        #expect(bench.accounts.refusedTotal == 0)
    }

    @Test func aReportIsForWhoeverAskedAlone() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let asker = Asker(.report)
        bench.intake.expect(asker.expects(messageID: 7, of: peer))
        try device.send(Self.message())
        #expect(bench.received(1))
        #expect(asker.judged.count == 1)
        #expect(asker.settled.isEmpty)
        #expect(bench.journal.entries.isEmpty)
        #expect(bench.accounts.reports == 1)
        #expect(bench.accounts.isBalanced)
    }

    @Test func whatIsForgedIsRefusedAndTheResponseStillAwaited() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let asker = Asker(.foreign)
        bench.intake.expect(asker.expects(messageID: 7, of: peer))
        for _ in 1...2 { try device.send(Self.message()) }
        #expect(bench.received(2))
        #expect(asker.judged.count == 2)
        #expect(bench.accounts.refusedTotal == 2)
        #expect(bench.accounts.isBalanced)
    }

    @Test func anotherMessageIDOrSenderIsNotEvenLookedAt() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let (stranger, _) = try self.device(bench)
        let asker = Asker(.response)
        bench.intake.expect(asker.expects(messageID: 7, of: peer))
        try device.send(Self.message(8))
        try stranger.send(Self.message())
        #expect(bench.received(2))
        #expect(asker.judged.isEmpty)
        bench.intake.forget(.init(peer: peer, requestID: 7))
        try device.send(Self.message())
        #expect(bench.received(3))
        #expect(asker.judged.isEmpty)
        #expect(bench.accounts.refusedTotal == 3)
        #expect(bench.accounts.isBalanced)
    }

    /// Who reads the journal later may find another user in the configuration, or none.
    @Test func theAgentsKeysAreOnDiskBeforeItsResponse() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys")
        let users = UserTable([V3Device.user])
        let keys = DecryptionKeys(users: users)
        let bench = try Bench(users: [V3Device.user], keeper: KeyKeeper(keys, path: path))
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let agent = V3Device(1)
        let clock = EngineClock(
            engine: agent.engine, latest: EngineReading(boots: agent.boots, time: 1), updated: .now)
        let session = Mutex(
            RequestSession(users, user: "ops", clock: clock, salts: Salts(boots: 1), ring: keys.ring))
        let key = ExpectedResponse.Key(peer: peer, requestID: 7)
        bench.intake.expect(
            ExpectedResponse(
                key: key,
                proof: .user { datagram, moment in
                    session.withLock { (try? $0?.take(datagram, at: moment)) == nil ? .foreign : .response }
                }
            ) { _ in })
        let response = try OutgoingMessage(
            messageID: 7, isReportable: false, engineID: agent.engine.octets[...], reading: clock.latest,
            userName: Array("ops".utf8)[...], level: .authPriv,
            scoped: ScopedPDU(
                contextEngineID: agent.engine.octets[...],
                pdu: .standard(StandardPDU(kind: .response, requestID: 1, variables: [])))
        ).encode(keys: users.keys(of: "ops", at: agent.engine), salts: Salts(boots: 1))
        try device.send(response)
        #expect(eventually { bench.journal.entries.count == 1 })
        let kept = try KeptKeysFile.read(path).keys
        let opened = try NotificationOpener(users: UserTable(), kept: kept).openMessage(response)
        #expect(opened?.plaintext != nil)
    }
}
