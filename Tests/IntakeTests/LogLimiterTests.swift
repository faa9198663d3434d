import Basics
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

    @Test func noSendersLinesHideAnothers() {
        var limiter = LogLimiter()
        #expect(limiter.admit("community", of: sender(1), now: 0) == 0)
        #expect(limiter.admit("community", of: sender(1), now: 1) == nil)
        #expect(limiter.admit("community", of: sender(2), now: 1) == 0)
        #expect(limiter.admit("community", of: sender(1), now: LogLimiter.interval) == 1)
    }

    @Test func theRestIsToldOfWhoWasSilentSince() {
        var limiter = LogLimiter()
        for _ in 1...3 { _ = limiter.admit("community", of: sender(1), now: 0) }
        _ = limiter.admit("community", of: sender(2), now: 0)
        #expect(limiter.takeRests(now: LogLimiter.interval - 1).isEmpty)
        #expect(
            limiter.takeRests(now: LogLimiter.interval)
                == [LogLimiter.Rest(kind: "community", sender: sender(1), withheld: 2)])
        #expect(limiter.takeRests(now: 2 * LogLimiter.interval).isEmpty)
        #expect(limiter.admit("community", of: sender(1), now: 2 * LogLimiter.interval) == 0)
        _ = limiter.admit("community", of: sender(1), now: 2 * LogLimiter.interval)
        #expect(limiter.takeRests(now: 2 * LogLimiter.interval, isLast: true).map(\.withheld) == [1])
    }

    @Test func forgedSendersFloodNothing() {
        var limiter = LogLimiter()
        var lines = 0
        var told = 0
        let seconds = 100
        for datagram in 0..<(seconds * 1_000) {
            let now = Int64(datagram) * 1_000_000
            if let withheld = limiter.admit("community", of: sender(UInt32(datagram)), now: now) {
                lines += 1
                told += 1 + withheld
            }
        }
        // The bucket's, and the kind's own each half minute.
        #expect(lines <= LogLimiter.burst + seconds * LogLimiter.linesPerSecond + 4)
        #expect(lines >= LogLimiter.burst + (seconds - 1) * LogLimiter.linesPerSecond)
        // All but those since the kind's last line.
        #expect(told > 90_000 - 1_000)
    }

    @Test func beyondTheTableAKindHasOneLine() {
        var limiter = LogLimiter()
        // As slowly as lines are allowed, with no look at who is silent.
        for number in 0..<UInt32(LogLimiter.mostSenders) {
            #expect(limiter.admit("community", of: sender(number), now: Int64(number) * 1_000_000_000) == 0)
        }
        let now = Int64(LogLimiter.mostSenders) * 1_000_000_000
        #expect(limiter.admit("community", of: sender(5_000), now: now) == 0)
        #expect(limiter.admit("community", of: sender(5_001), now: now) == nil)
        #expect(limiter.admit("community", of: sender(5_002), now: now + LogLimiter.interval) == 1)
        _ = limiter.takeRests(now: now)
        #expect(limiter.admit("community", of: sender(5_001), now: now) == 0)
    }

    private func sender(_ number: UInt32) -> IPAddress { IPAddress(v4: 0x0a00_0000 + number) }
}
