import Alarms
import Basics
import Testing

@Suite struct DeviceOrderTests {
    /// Ten days after its device began.
    private static let day: UInt32 = 8_640_000

    private func order(_ seconds: Int64, _ uptime: UInt32?, _ number: Int32? = nil) -> DeviceOrder {
        DeviceOrder(received: Timestamp(seconds: seconds), uptime: uptime, runningNumber: number)
    }

    @Test func theClockTellsWhatWasOvertaken() {
        let clear = order(1_000, Self.day + 500)
        #expect(order(1_001, Self.day).isOlder(than: clear))
        #expect(!order(1_001, Self.day + 600).isOlder(than: clear), "sent after it")
        #expect(!order(1_001, Self.day + 500).isOlder(than: clear), "of the same moment, the first came first")
    }

    @Test func whatCameHalfAMinuteLateIsLateAndNoMore() {
        let clear = order(1_000, Self.day + 100)
        #expect(order(1_029, Self.day).isOlder(than: clear))
        #expect(!order(1_030, Self.day).isOlder(than: clear), "another clock explains that as well")
    }

    @Test func aRestartIsNotOlder() {
        let clear = order(1_000, Self.day)
        #expect(!order(1_090, 8_000).isOlder(than: clear), "it began after the clear came")
        #expect(!order(1_090, 8_000, 3).isOlder(than: order(1_000, Self.day, 20)), "and counts anew")
    }

    @Test func numbersThatCameRoundTellNothing() {
        let raise = order(0, Self.day, 100)
        let elevenDays: Int64 = 11 * 86_400
        #expect(!order(elevenDays, 12 * Self.day, 60).isOlder(than: raise), "an alarm that stood that long can end")
        #expect(!order(601, nil, 60).isOlder(than: order(0, nil, 100)))
        #expect(order(599, nil, 60).isOlder(than: order(0, nil, 100)))
    }

    @Test func aClockThatHasJustBegunTellsNothing() {
        // Two runs of a script, the second one faster.
        #expect(!order(1_003, 3).isOlder(than: order(1_000, 5)))
        #expect(!order(1_001, nil).isOlder(than: order(1_000, Self.day)))
        #expect(!order(1_001, Self.day).isOlder(than: order(1_000, nil)))
    }

    @Test(
        arguments: [
            (19, 20, true), (20, 20, false), (21, 20, false), (0, 64, true), (0, 65, false), (32_000, 0, true),
            (31_990, 5, true), (0, 32_000, false),
        ] as [(Int32, Int32, Bool)])
    func theRunningNumberDecides(number: Int32, known: Int32, isOlder: Bool) {
        #expect(order(1_200, Self.day, number).isOlder(than: order(1_000, Self.day + 9_000, known)) == isOlder)
        #expect(order(1_200, nil, number).isOlder(than: order(1_000, nil, known)) == isOlder)
    }
}
