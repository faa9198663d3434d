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
        #expect(group.isEmpty && group.bytes.isEmpty && group.interfaceCount == 0)
    }
}
