import Foundation
import Testing

@testable import trapline_bench

struct ProcessFiguresTests {
    @Test func memoryIsReadInOctets() {
        let status = "Name:\ttrapline\nVmHWM:\t   65536 kB\nRssAnon:\t    1024 kB\n"
        #expect(ProcessFigures.memory("VmHWM", in: status) == 64 << 20)
        #expect(ProcessFigures.memory("RssAnon", in: status) == 1 << 20)
        #expect(ProcessFigures.memory("VmSwap", in: status) == 0)
    }

    @Test func timeIsTheFirstNumberOfTheSchedulers() {
        #expect(ProcessFigures.time(in: "13507153 9848230 7\n") == 13_507_153)
        #expect(ProcessFigures.time(in: "") == nil)
    }

    @Test(arguments: [
        ("udp-162\n", "udp"), ("journal\n", "journal"), ("NIO-SGLTN-1-#2\n", "NIO-SGLTN"), ("7\n", "7"),
        ("oot.default-qos\n", "oot.default-qos"),
    ])
    func threadsOfOneKindCountTogether(name: String, stage: String) {
        #expect(ProcessFigures.stage(ofThread: name) == stage)
    }

    @Test func aThreadThatHasEndedKeepsItsTime() {
        var before = ProcessFigures()
        before.threads = [1: ("udp", 100), 2: ("journal", 50)]
        var latest = before
        var newer = ProcessFigures()
        newer.threads = [2: ("journal", 70), 3: ("udp", 5)]
        newer.peakMemory = 7
        latest.update(newer)
        #expect(latest.timeByStage(since: before) == ["udp": 5, "journal": 20])
        #expect(latest.peakMemory == 7)
    }

    @Test func thisProcessHasThreadsAndMemory() throws {
        let figures = try #require(ProcessFigures(of: ProcessInfo.processInfo.processIdentifier))
        #expect(!figures.threads.isEmpty)
        #expect(figures.anonymousMemory > 0)
        #expect(figures.peakMemory >= figures.anonymousMemory)
    }
}
