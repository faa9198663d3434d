import Alarms
import Documents
import Foundation
import Sinks
import TestPeers
import Testing

@Suite struct FileSinkTests {
    private func events(_ ids: ClosedRange<Int64>) throws -> [SinkEvent] {
        try ids.map { SinkEvent(event: try EventSample.event($0)) }
    }

    /// The numbers of the events in a file; `nil` for a line that is none.
    private func numbers(in path: String) throws -> [Int64?] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            try? JSONDecoder().decode(EventDocument.self, from: Data($0.utf8)).id
        }
    }

    @Test func eachEventIsALineOfJSON() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("events.jsonl")
        let sink = FileSink(settings: FileSettings(path: path))
        let first = try events(1...1)
        try await sink.deliver(first)
        try await sink.deliver(try events(2...3))
        await sink.close()
        #expect(try numbers(in: path) == [1, 2, 3])
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.hasPrefix(sink.preview(first[0]) + "\n"))
        #expect(text.hasSuffix("\n"))
    }

    @Test func itAppendsToWhatIsThere() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("events.jsonl")
        for id in 1...3 {
            let sink = FileSink(settings: FileSettings(path: path))
            try await sink.deliver(try events(Int64(id)...Int64(id)))
            await sink.close()
        }
        #expect(try numbers(in: path) == [1, 2, 3])
    }

    @Test func aTornLineIsLeftToItself() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("{\"id\":1,\"al", to: "events.jsonl")
        let sink = FileSink(settings: FileSettings(path: path))
        try await sink.deliver(try events(2...2))
        try await sink.deliver(try events(3...3))
        #expect(try numbers(in: path) == [nil, 2, 3])
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("{\"id\":1,\"al\n{"))
    }

    @Test func aRotatedFileIsMadeAnewOnReopen() async throws {
        let folder = try TemporaryFolder()
        let (path, rotated) = (folder.file("events.jsonl"), folder.file("events.jsonl.1"))
        let sink = FileSink(settings: FileSettings(path: path))
        try await sink.deliver(try events(1...1))
        try FileManager.default.moveItem(atPath: path, toPath: rotated)
        try await sink.deliver(try events(2...2))
        await sink.reopen()
        #expect(FileManager.default.fileExists(atPath: path), "there again at once")
        try await sink.deliver(try events(3...3))
        #expect(try numbers(in: rotated) == [1, 2])
        #expect(try numbers(in: path) == [3])
    }

    @Test func aRemovedFileIsMadeAnew() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("events.jsonl")
        let sink = FileSink(settings: FileSettings(path: path))
        try await sink.deliver(try events(1...1))
        try FileManager.default.removeItem(atPath: path)
        try await sink.deliver(try events(2...2))
        #expect(try numbers(in: path) == [2])
    }

    @Test func aFolderThatIsMissingIsAFailureUntilItIsThere() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("later/events.jsonl")
        let sink = FileSink(settings: FileSettings(path: path))
        let failure = await #expect(throws: DeliveryFailure.self) { try await sink.deliver(try events(1...1)) }
        #expect(failure?.reason == .storage)
        #expect(failure?.detail == "cannot open \(path): No such file or directory")
        try FileManager.default.createDirectory(atPath: folder.file("later"), withIntermediateDirectories: true)
        try await sink.deliver(try events(1...1))
        #expect(try numbers(in: path) == [1])
    }

    @Test func whatIsNoRegularFileCanBeWrittenToo() async throws {
        let sink = FileSink(settings: FileSettings(path: "/dev/null"))
        try await sink.deliver(try events(1...3))
        let full = FileSink(settings: FileSettings(path: "/dev/full"))
        let failure = await #expect(throws: DeliveryFailure.self) { try await full.deliver(try events(1...1)) }
        #expect(failure?.detail == "cannot write /dev/full: No space left on device")
    }

    @Test func othersMayNotReadIt() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("events.jsonl")
        try await FileSink(settings: FileSettings(path: path)).deliver(try events(1...1))
        let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect((permissions ?? 0o777) & 0o007 == 0)
    }

    @Test func probeMakesNothing() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("events.jsonl")
        try await FileSink(settings: FileSettings(path: path)).probe()
        #expect(!FileManager.default.fileExists(atPath: path))
        let missing = FileSink(settings: FileSettings(path: folder.file("none/events.jsonl")))
        let failure = await #expect(throws: DeliveryFailure.self) { try await missing.probe() }
        #expect(failure?.reason == .storage)
    }
}
