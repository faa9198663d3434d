import Testing

@testable import Intake

@Suite struct LogLimiterTests {
    @Test func oneLineAWhileAndACountOfTheRest() {
        var limiter = LogLimiter()
        #expect(limiter.admit("community", now: 0) == 0)
        #expect(limiter.admit("community", now: 1) == nil)
        #expect(limiter.admit("community", now: LogLimiter.interval - 1) == nil)
        #expect(limiter.admit("community", now: LogLimiter.interval) == 2)
        #expect(limiter.admit("community", now: 2 * LogLimiter.interval) == 0)
    }

    @Test func kindsAreLimitedApart() {
        var limiter = LogLimiter()
        #expect(limiter.admit("community", now: 0) == 0)
        #expect(limiter.admit("source", now: 0) == 0)
    }
}
