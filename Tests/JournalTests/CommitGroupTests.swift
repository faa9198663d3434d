import Basics
import Testing

@testable import Journal

@Suite struct CommitGroupTests {
    @Test func recordsAreOrderedByTimeAndKeepTheirOrderAmongEquals() {
        var group = CommitGroup()
        let times: [Int64] = [5, 1, 5, 3, 1, 9]
        for time in times {
            group.begin(1, isOwn: false, whenDurable: nil)
            group.append(entry(0, time: time), interface: 0)
        }
        group.order()
        #expect(group.records.map(\.time) == times.sorted())
        #expect(group.records.map(\.batch) == [1, 4, 3, 0, 2, 5])
    }

    @Test func batchesCountWhatIsNotDurableYet() {
        var group = CommitGroup()
        group.begin(2, isOwn: false, whenDurable: nil)
        group.append(entry(0, time: 1), interface: 0)
        group.append(entry(0, time: 3), interface: 4)
        group.begin(1, isOwn: false, whenDurable: nil)
        group.append(entry(0, time: 2), interface: 1)
        group.order()
        #expect(group.interfaceCount == 5)
        group.becameDurable(0..<2)
        #expect(group.batches.map(\.remaining) == [1, 0])
        group.becameDurable(2..<3)
        #expect(group.batches.map(\.remaining) == [0, 0])
        group.removeAll()
        #expect(group.isEmpty && group.byteCount == 0 && group.interfaceCount == 0)
    }

    /// Of batches 0 and 1, mixed by time, 2 and 3: a commit may end behind each but the first.
    @Test func aCutGoesThroughNoBatch() throws {
        var group = CommitGroup()
        for times in [[1, 3], [2], [4], [5, 6]] as [[Int64]] {
            group.begin(times.count, isOwn: false, whenDurable: nil)
            for time in times { group.append(entry(0, time: time), interface: 0) }
        }
        group.order()
        let length = UInt64(try #require(group.records.first).length)
        let ends = (0...7).map { group.cut(from: 0, within: $0 * length).end }
        #expect(ends == [3, 3, 3, 3, 4, 4, 6, 6])
        #expect(group.cut(from: 0, within: 2 * length).octets == 3 * length)
        #expect(group.cut(from: 0, within: 5 * length).octets == 4 * length)
        #expect(group.cut(from: 4, within: length).end == 6)
        #expect(group.cut(from: 3, within: length).end == 4)
    }

    private func batch(_ numbers: Range<Int>, payload: Int) -> JournalBatch {
        var batch = JournalBatch(interface: "traps")
        for number in numbers {
            let entry = entry(number, payload: [UInt8](repeating: UInt8(number), count: payload))
            let isTaken = batch.append(
                time: entry.time, sender: entry.sender, receiver: entry.receiver, payload: entry.payload.span.bytes)
            #expect(isTaken)
        }
        return batch
    }

    /// A batch that fills its buffer and one that does not, in turns: blocks and their order stay, whichever way they
    /// were taken.
    @Test func batchesAreTakenInTheOrderOfTheirComing() {
        var group = CommitGroup()
        var expected: [[UInt8]] = []
        for (payload, count) in [(1_000, 50), (20, 2), (20, 3), (1_000, 60), (20, 1)] {
            let start = expected.count
            var batch = batch(start..<start + count, payload: payload)
            expected += batch.entries.map(\.payload)
            #expect(batch.count == count)
            group.take(&batch, interface: 2, isOwn: false, whenDurable: nil)
            #expect(batch.isEmpty && batch.bytes.isEmpty)
        }
        #expect(group.records.count == expected.count && group.interfaceCount == 3)
        var output: [UInt8] = []
        for (record, payload) in zip(group.records, expected) {
            let position = JournalPosition(segment: 1, offset: UInt64(output.count))
            let base = output.count
            group.seal(record, at: position, into: &output)
            let block = output.span.bytes.extracting(base..<output.count)
            #expect(JournalBlock.check(block, position: position) == record.length)
            let entry = JournalBlock.entry(block, interfaces: ["a", "b", "c"])
            #expect(entry?.payload == payload && entry?.interface == "c")
        }
        #expect(output.count == group.byteCount)
    }

    /// Each small batch keeps its buffer; a full one gives its buffer away and gets one that another left.
    @Test func buffersGoRound() {
        var group = CommitGroup()
        var full = batch(0..<50, payload: 1_000)
        let capacity = full.bytes.capacity
        group.take(&full, interface: 0, isOwn: false, whenDurable: nil)
        #expect(full.bytes.capacity == 0)
        group.removeAll()
        var next = batch(0..<50, payload: 1_000)
        group.take(&next, interface: 0, isOwn: false, whenDurable: nil)
        #expect(next.bytes.capacity == capacity)
        var small = batch(0..<1, payload: 10)
        let own = small.bytes.capacity
        group.take(&small, interface: 0, isOwn: false, whenDurable: nil)
        #expect(small.bytes.capacity == own)
    }
}
