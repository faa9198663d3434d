import Basics
import Journal
import Manager
import SNMPWire
import Synchronization
import Testing

@testable import Intake

/// The manager's requests leave through the listeners' sockets, and only their own responses come in.
@Suite(.serialized) struct RequestsTests {
    /// What became of an awaited response.
    private final class Settled: Sendable {
        private let payloads = Mutex<[[UInt8]]>([])

        var count: Int { payloads.withLock { $0.count } }
        var all: [[UInt8]] { payloads.withLock { $0 } }

        func note(_ payload: [UInt8]) { payloads.withLock { $0.append(payload) } }
    }

    private static let request = Wire.get(requestID: 7, community: "reader")

    private static func response(_ requestID: Int32 = 7, community: String = "reader") -> [UInt8] {
        let pdu = StandardPDU(
            kind: .response, requestID: requestID,
            variables: [VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(9))])
        return CommunityMessage(version: .v2c, community: Array(community.utf8)[...], pdu: .standard(pdu)).encode()
    }

    private func expect(_ bench: Bench, _ peer: Endpoint, _ settled: Settled, requestID: Int32 = 7) {
        bench.intake.expect(
            ExpectedResponse(
                key: .init(peer: peer, requestID: requestID), version: .v2c, community: Array("reader".utf8)
            ) { settled.note($0) })
    }

    /// A device, connected: it takes only what comes from the very address and port that it is connected to.
    private func device(_ bench: Bench) throws -> (UDPSender, Endpoint) {
        let device = try UDPSender(to: bench.endpoint())
        return (device, try #require(device.localEndpoint))
    }

    @Test func aRequestLeavesFromTheListenersPortAndItsResponseIsJournaled() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let settled = Settled()
        expect(bench, peer, settled)
        try bench.intake.send(Self.request, along: RequestPath(peer: peer, local: bench.endpoint()))
        #expect(try device.receive(timeout: .seconds(20)) == Self.request)
        try device.send(Self.response())
        #expect(bench.received(1))
        #expect(eventually { settled.count == 1 })
        #expect(settled.all == [Self.response()])
        #expect(bench.journal.entries.map(\.payload) == [Self.response()])
        #expect(bench.journal.entries.first?.sender == peer)
        #expect(bench.accounts.journaled == 1)
        #expect(bench.accounts.isBalanced)
    }

    @Test func aRequestLeavesFromTheAddressThatTheDeviceReached() throws {
        let bench = try Bench([Endpoint(IPAddress(v4: 0), port: 0)])
        defer { bench.intake.stop() }
        let port = try bench.endpoint().port
        let reached = Endpoint(IPAddress(v4: 0x7f00_0002), port: port)
        let device = try UDPSender(to: reached, from: Endpoint(IPAddress(v4: 0x7f00_0003), port: 0))
        let peer = try #require(device.localEndpoint)
        try bench.intake.send(Self.request, along: RequestPath(peer: peer, local: reached))
        #expect(try device.receive(timeout: .seconds(20)) == Self.request)
    }

    @Test func aDeviceThatWasNeverHeardIsAskedFromAnySocket() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        try bench.intake.send(Self.request, along: RequestPath(peer: peer))
        #expect(try device.receive(timeout: .seconds(20)) == Self.request)
        let lost = Endpoint(IPAddress(v4: 0x7f00_0001), port: 9)
        try bench.intake.send(Self.request, along: RequestPath(peer: peer, local: lost))
        #expect(try device.receive(timeout: .seconds(20)) == Self.request)
    }

    @Test func thereIsNoWayToAFamilyWithoutAListener() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        #expect(throws: SendFailure.self) {
            try bench.intake.send(Self.request, along: RequestPath(peer: .loopback6(161)))
        }
    }

    @Test func aSecondResponseIsRefused() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let settled = Settled()
        expect(bench, peer, settled)
        for _ in 0..<2 { try device.send(Self.response()) }
        #expect(bench.received(2))
        #expect(bench.accounts.journaled == 1)
        #expect(bench.accounts.refused[.unawaited] == 1)
        #expect(bench.accounts.isBalanced)
        #expect(settled.count == 1)
    }

    @Test func responsesThatNobodyAskedForAreRefused() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let (stranger, _) = try self.device(bench)
        let settled = Settled()
        expect(bench, peer, settled)
        try device.send(Self.response(8))
        try device.send(Self.response(7, community: "writer"))
        try stranger.send(Self.response())
        #expect(bench.received(3))
        #expect(bench.accounts.refused[.unawaited] == 3)
        #expect(bench.accounts.isBalanced)
        #expect(bench.journal.entries.isEmpty)
        bench.intake.forget(.init(peer: peer, requestID: 7))
        try device.send(Self.response())
        #expect(bench.received(4))
        #expect(bench.accounts.refused[.unawaited] == 4)
        #expect(settled.count == 0)
    }

    @Test func aRequestIsStillRefusedAsNoNotification() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let (device, _) = try device(bench)
        try device.send(Self.request)
        #expect(bench.received(1))
        #expect(bench.accounts.refused[.malformed(.notANotification)] == 1)
    }

    @Test func aResponseThatCannotBeKeptIsAwaitedAgain() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let settled = Settled()
        expect(bench, peer, settled)
        bench.journal.fail(MemoryJournal.full)
        try device.send(Self.response())
        #expect(bench.received(1))
        #expect(bench.accounts.failedTotal == 1)
        #expect(settled.count == 0)
        bench.journal.fail(nil)
        try device.send(Self.response())
        #expect(bench.received(2))
        #expect(eventually { settled.count == 1 })
        #expect(bench.accounts.isBalanced)
    }

    @Test func aResponseIsToldOnlyOnceItIsOnDiskAndNotWhenGivenUpMeanwhile() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let (told, givenUp) = (Settled(), Settled())
        expect(bench, peer, told, requestID: 1)
        expect(bench, peer, givenUp, requestID: 2)
        bench.journal.hold()
        try device.send(Self.response(1))
        try device.send(Self.response(2))
        #expect(bench.received(2))
        #expect(told.count == 0)
        bench.intake.forget(.init(peer: peer, requestID: 2))
        bench.journal.release()
        #expect(eventually { told.count == 1 })
        #expect(givenUp.count == 0)
        #expect(bench.accounts.journaled == 2)
    }

    /// `access: versions` says who may send of his own accord.
    @Test func answersComeInByAVersionThatTrapsMayNotHave() throws {
        var access = AccessSettings()
        access.versions = [.v3]
        let bench = try Bench(access: access)
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let settled = Settled()
        expect(bench, peer, settled)
        try device.send(Wire.trap())
        #expect(bench.received(1))
        #expect(bench.accounts.refused[.version] == 1)
        try device.send(Self.response())
        #expect(bench.received(2))
        #expect(eventually { settled.count == 1 })
        #expect(bench.journal.entries.map(\.payload) == [Self.response()])
        #expect(bench.accounts.isBalanced)
    }

    @Test func answersComeInFromWhereTrapsMayNot() throws {
        var access = AccessSettings()
        access.sources = [try #require(Network("192.0.2.0/24"))]
        let bench = try Bench(access: access)
        defer { bench.intake.stop() }
        let (device, peer) = try device(bench)
        let settled = Settled()
        expect(bench, peer, settled)
        try device.send(Wire.trap())
        try device.send(Self.response())
        #expect(bench.received(2))
        #expect(bench.accounts.refused[.source] == 1)
        #expect(eventually { settled.count == 1 })
    }

    /// Sockets of a listener share senders out by address, so a device's answer may reach another one.
    @Test func aResponseMayReachAnotherSocketOfTheListener() throws {
        let bench = try Bench([Endpoint(IPAddress(v4: 0), port: 0)], threads: 4)
        defer { bench.intake.stop() }
        let port = try bench.endpoint().port
        let settled = Settled()
        for host in 1...16 {
            let reached = Endpoint(IPAddress(v4: 0x7f00_0001), port: port)
            let device = try UDPSender(to: reached, from: Endpoint(IPAddress(v4: 0x7f00_0100 + UInt32(host)), port: 0))
            let peer = try #require(device.localEndpoint)
            expect(bench, peer, settled)
            try bench.intake.send(Self.request, along: RequestPath(peer: peer, local: reached))
            #expect(try device.receive(timeout: .seconds(20)) == Self.request)
            try device.send(Self.response())
        }
        #expect(bench.received(16))
        #expect(eventually { settled.count == 16 })
    }
}
