import Testing

@testable import TraplineConfiguration

struct DurationTextTests {
    @Test(arguments: [
        ("5ms", Duration.milliseconds(5)), ("30s", .seconds(30)), ("2m", .seconds(120)), ("1h", .seconds(3_600)),
        ("7d", .seconds(604_800)), ("0s", .zero), ("90 s", .seconds(90)),
    ])
    func reads(text: String, expected: Duration) {
        #expect(DurationText.parse(text) == expected)
    }

    @Test(arguments: [
        "", "5", "s", "-5s", "+5s", "5 min", "1.5s", "5S", "1h30m", "5  s", " 5s", "5s ", "99999999999999999999s",
        "9223372036854775807d", "٥s",
    ])
    func refuses(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: ["5ms", "30s", "90s", "2m", "1h", "7d", "0s", "1500ms"])
    func writesWhatItReads(text: String) throws {
        let duration = try #require(DurationText.parse(text))
        #expect(DurationText.format(duration) == text)
    }
}

struct SizeTextTests {
    @Test(arguments: [
        ("512B", 512), ("1kB", 1_000), ("1KB", 1_000), ("1KiB", 1_024), ("10MB", 10_000_000), ("64MiB", 67_108_864),
        ("1GB", 1_000_000_000), ("1GiB", 1_073_741_824), ("2TB", 2_000_000_000_000), ("1TiB", 1_099_511_627_776),
        ("0B", 0), ("64 MiB", 67_108_864),
    ])
    func reads(text: String, expected: Int) {
        #expect(SizeText.parse(text) == expected)
    }

    @Test(arguments: ["", "64", "MiB", "-1B", "64mib", "64Mi", "1.5GiB", "64MiBs", "9223372036854775807KiB"])
    func refuses(text: String) {
        #expect(SizeText.parse(text) == nil)
    }

    @Test(arguments: ["64MiB", "1KiB", "1000B", "10MB", "1500kB", "0B", "1GiB"])
    func writesTheLargestWholeUnit(text: String) throws {
        let size = try #require(SizeText.parse(text))
        #expect(SizeText.parse(SizeText.format(size)) == size)
    }
}
