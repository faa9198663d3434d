import Basics
import Journal
import SNMPWire
import Testing

@testable import Intake

/// These need CAP_NET_RAW: they fail without it, and say so.
@Suite struct RawUDPSenderTests {
    @Test(arguments: [
        ("10.20.30.40:50000", Endpoint.loopback()), ("203.0.113.9:161", .loopback()),
        ("[2001:db8::9]:161", .loopback6()), ("[fd00::1:2]:1", .loopback6()),
    ]) func theReceiverSeesTheOriginalSender(text: String, endpoint: Endpoint) throws {
        let bench = try Bench([endpoint])
        defer { bench.intake.stop() }
        let original = try #require(Endpoint(text))
        let sender = try RawUDPSender(to: bench.endpoint())
        try sender.send(Wire.trap(), from: original)
        #expect(bench.received(1))
        #expect(bench.journal.entries.map(\.sender) == [original])
        #expect(bench.journal.entries.map(\.payload) == [Wire.trap()])
    }

    @Test func theOtherIPVersionIsRefused() throws {
        let sender = try RawUDPSender(to: .loopback(9))
        let error = #expect(throws: SenderError.self) { try sender.send([1], from: .loopback6(1)) }
        #expect(error?.reason == .mixedFamilies)
    }

    @Test func tooMuchForOneDatagramIsRefused() throws {
        let sender = try RawUDPSender(to: .loopback(9))
        let error = #expect(throws: SenderError.self) {
            try sender.send(Array(repeating: 0, count: 65_508), from: .loopback(1))
        }
        #expect(error?.reason == .tooLong)
    }

    /// IPv6's loopback carries 65,536 octets, header included: this datagram fits in pieces only.
    @Test func whatNoLinkCarriesWholeIsCutIntoFragments() throws {
        let bench = try Bench([.loopback6()])
        defer { bench.intake.stop() }
        let payload = Wire.trap(text: String(repeating: "x", count: 65_400))
        #expect(payload.count <= 65_507)
        let long = payload + [UInt8](repeating: 0, count: 65_527 - payload.count)
        let original = Endpoint(IPAddress(v6: 0x2001_0db8 << 96 | 5), port: 161)
        try RawUDPSender(to: bench.endpoint()).send(long, from: original)
        #expect(bench.received(1))
        #expect(bench.accounts.refused[.malformed(.tooLong)] == 1)
    }
}
