import Foundation
import Testing

@testable import Basics

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (1, "1970-01-01T00:00:00.000000Z"),
            (999, "1970-01-01T00:00:00.000000Z"),
            (1_000, "1970-01-01T00:00:00.000001Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (-1_000_000_000, "1969-12-31T23:59:59.000000Z"), (-1_000_000_001, "1969-12-31T23:59:58.999999Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_769_903_999_123_456_789, "2026-01-31T23:59:59.123456Z"),
            (Int64.max, "2262-04-11T23:47:16.854775Z"), (Int64.min, "1677-09-21T00:12:43.145224Z"),
        ] as [(Int64, String)]) func timesAreWrittenAsRFC3339(nanoseconds: Int64, text: String)
    {
        #expect(Timestamp(nanoseconds: nanoseconds).description == text)
    }

    @Test(
        arguments: [
            (0, 0, 0), (1_500_000_000, 1, 500_000_000), (-1, -1, 999_999_999), (-1_000_000_000, -1, 0),
            (-1_500_000_000, -2, 500_000_000), (Int64.max, 9_223_372_036, 854_775_807),
            (Int64.min, -9_223_372_037, 145_224_192),
        ] as [(Int64, Int64, Int64)]) func secondsAndFractionAddUp(nanoseconds: Int64, seconds: Int64, fraction: Int64)
    {
        let time = Timestamp(nanoseconds: nanoseconds)
        #expect(time.seconds == seconds)
        #expect(time.fraction == fraction)
        #expect(Timestamp(seconds: seconds, nanoseconds: fraction) == time)
    }

    @Test func peopleReadItToTheSecond() {
        #expect(Timestamp(nanoseconds: 1_500_000_000).toTheSecond == "1970-01-01 00:00:01Z")
    }

    @Test func differencesHaveASign() {
        let early = Timestamp(seconds: 10)
        let late = Timestamp(seconds: 12, nanoseconds: 5)
        #expect(late.nanoseconds(since: early) == 2_000_000_005)
        #expect(early.nanoseconds(since: late) == -2_000_000_005)
        #expect(early < late)
        #expect([late, early].sorted() == [early, late])
    }

    /// Random moments against Foundation's own calendar.
    @Test func randomTimesAreThoseOfFoundation() {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt)
        for _ in 0..<500 {
            let seconds = Int64.random(in: -9_000_000_000...9_000_000_000)
            let text = Timestamp(seconds: seconds, nanoseconds: 7_000).description
            let expected = Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(style)
            #expect(text == expected.dropLast() + ".000007Z")
        }
    }
}
