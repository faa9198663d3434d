import Basics
import Captures
import Testing

@testable import Trapline

@Suite struct CaptureClockTests {
    private func datagram(_ milliseconds: Int64, on interface: String? = nil) -> UDPDatagram {
        let nobody = Endpoint(IPAddress(v4: 1), port: 162)
        return UDPDatagram(
            time: Timestamp(nanoseconds: milliseconds * 1_000_000), sender: nobody, receiver: nobody, payload: [],
            interfaceName: interface)
    }

    private func ticks(_ datagrams: [UDPDatagram]) -> [[Int64]] {
        var clock = CaptureClock()
        return datagrams.map { clock.ticks(before: $0).map { $0.nanoseconds / 1_000_000 } }
    }

    @Test func aSecondWithoutADatagramHasATick() {
        #expect(
            ticks([datagram(500), datagram(1_000), datagram(2_000), datagram(4_100), datagram(4_000), datagram(5_200)])
                == [[], [], [], [3_000, 4_000], [], [5_100]])
    }

    @Test func aJournalHasItsOwn() {
        let found = ticks([
            datagram(0), datagram(3_000), datagram(4_000, on: "trapline"), datagram(60_000), datagram(90_000),
        ])
        #expect(found == [[], [1_000, 2_000], [], [], []])
    }

    @Test func aPauseOfTheCaptureIsNoSilence() {
        let week: Int64 = 7 * 86_400 * 1_000
        #expect(ticks([datagram(0), datagram(week + 1)])[1].count == 7 * 86_400)
        #expect(ticks([datagram(0), datagram(week + 2_000)])[1].isEmpty)
    }
}
