import Pipeline
import Testing

@testable import Trapline

/// What was lost is told once, all of it.
@Suite struct BlindCountsTests {
    @Test func onlyWhatIsNewIsTold() {
        var counts = BlindCounts()
        #expect(counts.untold == [])
        counts.update(["traps": ["disk-full": 3, "closed": 9], "keep-alives": ["io-error": 2]])
        let first = counts.untold
        #expect(
            first == [
                .init(listener: "keep-alives", reason: .storageError, datagrams: 2),
                .init(listener: "traps", reason: .diskFull, datagrams: 3),
            ])
        counts.told(first[1])
        #expect(counts.untold == [first[0]], "what did not arrive is still to be told")
        counts.told(first[0])
        counts.update(["traps": ["disk-full": 10], "keep-alives": ["io-error": 2]])
        #expect(counts.untold == [.init(listener: "traps", reason: .diskFull, datagrams: 7)])
    }

    @Test func refusedAndDroppedAtTheLimitAreOneLoss() {
        var counts = BlindCounts()
        counts.update(["traps": ["journal-full": 5]])
        counts.add(dropped: ["traps": 7, "keep-alives": 1])
        counts.add(dropped: ["traps": 1])
        #expect(
            counts.untold == [
                .init(listener: "keep-alives", reason: .journalLimit, datagrams: 1),
                .init(listener: "traps", reason: .journalLimit, datagrams: 13),
            ])
    }
}
