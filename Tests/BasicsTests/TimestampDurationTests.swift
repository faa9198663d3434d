import Basics
import Testing

@Suite struct TimestampDurationTests {
    @Test func aDurationLater() {
        let time = Timestamp(seconds: 100, nanoseconds: 5)
        #expect(time + .milliseconds(1_500) == Timestamp(seconds: 101, nanoseconds: 500_000_005))
        #expect(time + .seconds(-101) == Timestamp(seconds: -1, nanoseconds: 5))
        #expect(time + .zero == time)
    }
}
