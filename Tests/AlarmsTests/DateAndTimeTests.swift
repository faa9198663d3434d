import Basics
import Testing

@testable import Alarms

@Suite struct DateAndTimeTests {
    private func read(_ octets: [UInt8]) -> String? {
        DateAndTime.timestamp(octets[...])?.description
    }

    @Test func elevenOctetsNameTheirZone() {
        // RFC 2579's own example: 1992-5-26,13:30:15.0,-4:0.
        #expect(read([0x07, 0xc8, 5, 26, 13, 30, 15, 0, 0x2d, 4, 0]) == "1992-05-26T17:30:15.000000Z")
        #expect(read([0x07, 0xea, 1, 1, 0, 30, 0, 9, 0x2b, 5, 45]) == "2025-12-31T18:45:00.900000Z")
    }

    @Test func eightOctetsAreUTC() {
        #expect(read([0x07, 0xe8, 2, 29, 23, 59, 59, 5]) == "2024-02-29T23:59:59.500000Z")
    }

    @Test(
        arguments: [
            [],
            [0x07, 0xe8, 2, 29, 23, 59, 59],
            [0, 0, 0, 0, 0, 0, 0, 0],
            [0x07, 0xe9, 2, 29, 0, 0, 0, 0],
            [0x07, 0xe8, 13, 1, 0, 0, 0, 0],
            [0x07, 0xe8, 4, 31, 0, 0, 0, 0],
            [0x07, 0xe8, 1, 1, 24, 0, 0, 0],
            [0x07, 0xe8, 1, 1, 0, 60, 0, 0],
            [0x07, 0xe8, 1, 1, 0, 0, 61, 0],
            [0x07, 0xe8, 1, 1, 0, 0, 0, 10],
            [0xff, 0xff, 1, 1, 0, 0, 0, 0],
            [0x07, 0xe8, 1, 1, 0, 0, 0, 0, 0x20, 0, 0],
            [0x07, 0xe8, 1, 1, 0, 0, 0, 0, 0x2b, 15, 0],
        ] as [[UInt8]])
    func whatIsNoDateIsNone(octets: [UInt8]) {
        #expect(read(octets) == nil)
    }

    @Test func everyDayFollowsTheOneBefore() throws {
        // Noon of each day from 1988 to 2261 is one day after the last.
        var last: Timestamp?
        for year in 1_988...2_261 {
            for month in 1...12 {
                for day in 1...31 {
                    let octets: [UInt8] = [UInt8(year >> 8), UInt8(year & 0xff), UInt8(month), UInt8(day), 12, 0, 0, 0]
                    guard let moment = DateAndTime.timestamp(octets[...]) else {
                        #expect(day > 28)
                        continue
                    }
                    if let last { #expect(moment.nanoseconds(since: last) == 86_400 * 1_000_000_000) }
                    last = moment
                }
            }
        }
    }
}
