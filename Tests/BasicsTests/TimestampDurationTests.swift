import Basics
import Testing

@Suite struct TimestampDurationTests {
    @Test func aDurationLater() {
        let time = Timestamp(seconds: 100, nanoseconds: 5)
        #expect(time + .milliseconds(1_500) == Timestamp(seconds: 101, nanoseconds: 500_000_005))
        #expect(time + .seconds(-101) == Timestamp(seconds: -1, nanoseconds: 5))
        #expect(time + .zero == time)
    }

    @Test func theEndsOfTimeAreNotPassed() {
        let (first, last) = (Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max))
        #expect(last + .nanoseconds(1) == last)
        #expect(first + .nanoseconds(-1) == first)
        #expect(last.adding(.max) == last)
        #expect(first.adding(.min) == first)
        #expect(first.adding(.max) == Timestamp(nanoseconds: -1))
        #expect(Timestamp(seconds: 0) + .seconds(Int64.max) > Timestamp(seconds: 4_000_000_000))
        #expect(Timestamp(seconds: 0) + .seconds(-Int64.max) < Timestamp(seconds: -4_000_000_000))
        #expect(last.nanoseconds(since: first) == .max)
        #expect(first.nanoseconds(since: last) == -.max)
        #expect(first.nanoseconds(since: Timestamp(nanoseconds: 0)) == -.max, "it has a magnitude")
    }

    @Test func durationsInNanoseconds() {
        #expect(Duration.seconds(86_400 * 365).inNanoseconds == 31_536_000_000_000_000)
        #expect((Duration.seconds(86_400 * 365) + .nanoseconds(1)).inNanoseconds == 31_536_000_000_000_001)
        #expect(Duration.milliseconds(-1).inNanoseconds == -1_000_000)
        #expect(Duration.seconds(Int64.max).inNanoseconds == .max / 2)
        #expect(Duration.seconds(Int64.min).inNanoseconds == -(.max / 2))
        #expect(Duration.seconds(9_000_000_000).inNanoseconds == .max / 2)
    }
}
