import Basics
import Testing

@Suite struct TimestampTextTests {
    @Test func whatIsWrittenIsReadAgain() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1_000 {
            // Microseconds are what is written.
            let moment = Timestamp(
                nanoseconds: Int64.random(in: -9_000_000_000_000_000...9_000_000_000_000_000, using: &generator) * 1_000
            )
            #expect(Timestamp(moment.description) == moment, "\(moment)")
        }
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-11-23T12:00:00+01:00", 1_795_431_600), ("2026-11-23 11:00Z", 1_795_431_600),
        ("2024-02-29T00:00:00Z", 1_709_164_800), ("2000-02-29t00:00:00z", 951_782_400),
        ("2016-12-31T23:59:60Z", 1_483_228_800), ("1969-12-31T23:59:59Z", -1),
    ])
    func momentsAreUnderstood(text: String, seconds: Int64) {
        #expect(Timestamp(text) == Timestamp(seconds: seconds))
    }

    @Test func fractionsAreReadToTheNanosecond() {
        #expect(Timestamp("1970-01-01T00:00:00.5Z")?.nanoseconds == 500_000_000)
        #expect(Timestamp("1970-01-01T00:00:00.0000000019Z")?.nanoseconds == 1)
    }

    @Test(arguments: [
        "", "2026-11-23", "2026-11-23T12:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2026-11-23T24:00:00Z", "2026-11-23T12:60:00Z", "2026-11-23T12:00:00.Z", "2026-11-23T12:00:00Z ",
        "2026-11-23T12:00:00+1:00", "9999-01-01T00:00:00Z", "tomorrow", "2026-11-23T12:00:61Z",
    ])
    func everythingElseIsRefused(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
