import Basics
import Testing

@testable import Intake

@Suite struct ReportLimiterTests {
    private func address(_ number: Int) -> IPAddress { IPAddress(v4: 0x0a00_0000 + UInt32(number)) }

    private let everybody = ReportAllowance()

    /// Reports to `address` out of so many wishes at one time.
    private func admitted(_ limiter: inout ReportLimiter, _ address: IPAddress, _ wishes: Int, at seconds: Int64) -> Int
    {
        (0..<wishes).count { _ in limiter.admits(address, at: seconds * 1_000_000_000, within: everybody) }
    }

    @Test func limitsWhatOneAddressGets() {
        var limiter = ReportLimiter()
        let (burst, rate) = (ReportLimiter.perAddress.burst, ReportLimiter.perAddress.rate)
        #expect(admitted(&limiter, address(1), 10_000, at: 100) == burst)
        #expect(admitted(&limiter, address(1), 10_000, at: 101) == rate)
        // Others are not held up by it.
        #expect(admitted(&limiter, address(2), 3, at: 101) == 3)
    }

    @Test func limitsWhatAllGet() {
        // Of several sockets.
        var limiters = [ReportLimiter(), ReportLimiter(), ReportLimiter()]
        func all(at seconds: Int64) -> Int {
            (0..<20_000).reduce(0) { $0 + admitted(&limiters[$1 % 3], address($1), 1, at: seconds) }
        }
        #expect(all(at: 100) == ReportAllowance.inAll.burst)
        #expect(all(at: 101) == ReportAllowance.inAll.rate)
    }
}
