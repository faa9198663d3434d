import Basics
import Testing

@testable import Journal

@Suite struct JournalBatchTests {
    private func add(_ entry: JournalEntry, to batch: inout JournalBatch) -> Bool {
        batch.append(
            time: entry.time, sender: entry.sender, receiver: entry.receiver, payload: entry.payload.span.bytes)
    }

    @Test func itTellsItsEntries() {
        var batch = JournalBatch(interface: "keep-alives")
        let entries = (0..<6).map { entry($0, interface: "keep-alives") }
        for entry in entries { #expect(add(entry, to: &batch)) }
        #expect(batch.entries.map(\.key) == entries.map(\.key))
        batch.removeAll()
        #expect(batch.isEmpty && batch.entries.isEmpty)
    }

    @Test func aPayloadThatNoDatagramCarriesIsNotTaken() {
        var batch = JournalBatch(interface: "traps")
        #expect(!add(entry(0, payload: [UInt8](repeating: 1, count: 65_508)), to: &batch))
        #expect(add(entry(0, payload: [UInt8](repeating: 1, count: 65_507)), to: &batch))
        #expect(add(entry(2, payload: [UInt8](repeating: 1, count: 65_527)), to: &batch))
        #expect(!add(entry(2, payload: [UInt8](repeating: 1, count: 65_528)), to: &batch))
        #expect(batch.count == 2)
    }

    /// Batches of two sockets and single entries, through the writer and back: all of them, each under its interface.
    @Test func whatIsAppendedInBatchesIsReadBack() throws {
        let folder = try TemporaryFolder()
        let writer = try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: ["trapline"])
        var expected: [String] = []
        var batches = ["traps", "keep-alives"].map { JournalBatch(interface: $0) }
        let answers = (0..<8).map { _ in Answer() }
        for (round, answer) in answers.enumerated() {
            let index = round % 2
            // Small ones and such as fill a buffer.
            for number in 0..<(round < 4 ? 3 : 100) {
                let entry = entry(
                    round * 1_000 + number, interface: batches[index].interface,
                    payload: round < 4 ? nil : [UInt8](repeating: UInt8(number), count: 900))
                expected.append(entry.key)
                #expect(add(entry, to: &batches[index]))
            }
            writer.append(&batches[index]) { answer.give($0) }
            #expect(batches[index].isEmpty)
            let fact = entry(round * 1_000 + 999, interface: "trapline")
            expected.append(fact.key)
            writer.append([fact])
        }
        for answer in answers { try answer.wait().get() }
        writer.close()
        let (records, damage) = try readAll(folder.path, upTo: writer.committed)
        #expect(damage.isEmpty)
        #expect(records.map(\.entry.key).sorted() == expected.sorted())
    }

    @Test func aClosedWriterTellsAndTheBatchIsEmptied() throws {
        let folder = try TemporaryFolder()
        let writer = try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: ["traps"])
        writer.close()
        var batch = JournalBatch(interface: "traps")
        #expect(add(entry(0), to: &batch))
        let answer = Answer()
        writer.append(&batch) { answer.give($0) }
        #expect(throws: JournalError.self) { try answer.wait().get() }
        #expect(batch.isEmpty)
    }

    @Test func moreInterfacesThanASegmentDescribesAreRefused() throws {
        let folder = try TemporaryFolder()
        let names = (0..<SegmentHead.mostInterfaces).map { "listener \($0)" }
        let writer = try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: names)
        defer { writer.close() }
        var batch = JournalBatch(interface: "one more")
        #expect(add(entry(0), to: &batch))
        let answer = Answer()
        writer.append(&batch) { answer.give($0) }
        let error = #expect(throws: JournalError.self) { try answer.wait().get() }
        #expect(error?.reason == .tooManyInterfaces)
    }
}
