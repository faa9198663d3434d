import Testing

@testable import Devices

@Suite struct TimerWheelTests {
    @Test(arguments: [0, 1, 63, 64, 200, 255, 256, 1_000_003])
    func theNextSecondIsTheFirstInWhichSomethingComesOut(_ start: Int64) {
        for distance in [1, 2, 60, 64, 65, 128, 191, 255, 256] as [Int64] {
            var wheel = TimerWheel(second: start)
            #expect(wheel.next == nil)
            wheel.enter(7, at: wheel.slot(for: start + distance))
            wheel.enter(8, at: wheel.slot(for: start + TimerWheel.span))
            #expect(wheel.next == start + distance)
            while wheel.second + 1 < start + distance { #expect(wheel.takeNext().isEmpty) }
            #expect(wheel.next == start + distance)
            #expect(wheel.takeNext().first == 7)
            #expect(wheel.next == (distance == TimerWheel.span ? nil : start + TimerWheel.span))
        }
    }

    @Test func whatIsFarComesOutEarlyAndWhatIsPastAtOnce() {
        let wheel = TimerWheel(second: 10)
        #expect(wheel.slot(for: 100_000) == 10 + TimerWheel.span)
        #expect(wheel.slot(for: 3) == 11)
    }
}
