import Basics
import Foundation
import Synchronization
import TestPeers
import Testing

@testable import Sinks

/// A disk that fails when told to.
private final class FaultyDisk: Sendable {
    private struct State {
        var roomFor: Int?
        var syncError: Int32?
        var writes = 0
        var syncs = 0
    }

    private let state = Mutex(State())

    var writeCount: Int { state.withLock { $0.writes } }
    var syncCount: Int { state.withLock { $0.syncs } }

    /// The next write stops after so many octets.
    func fillUp(after octets: Int) { state.withLock { $0.roomFor = octets } }
    func failNextSync(_ error: Int32) { state.withLock { $0.syncError = error } }

    var calls: AppendedFile.Disk {
        var disk = AppendedFile.Disk()
        disk.write = { [self] (octets, descriptor) throws(PartialWrite) in
            let room = state.withLock { state in
                state.writes += 1
                defer { state.roomFor = nil }
                return state.roomFor
            }
            guard let room else { return try writeAll(octets, to: descriptor) }
            try writeAll([UInt8](octets.prefix(room)), to: descriptor)
            throw PartialWrite(error: SystemError(ENOSPC), written: min(room, octets.count))
        }
        disk.sync = { [self] descriptor in
            let error = state.withLock { state in
                state.syncs += 1
                defer { state.syncError = nil }
                return state.syncError
            }
            guard let error else { return fdatasync(descriptor) }
            errno = error
            return -1
        }
        return disk
    }
}

@Suite struct AppendedFileTests {
    private let folder: TemporaryFolder
    private let path: String
    private let disk = FaultyDisk()

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("lines")
    }

    private var contents: String {
        get throws { try String(contentsOfFile: path, encoding: .utf8) }
    }

    private func octets(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

    @Test func aBatchIsOneWriteAndOneSync() throws {
        var file = AppendedFile(path: path, disk: disk.calls)
        try file.append(octets("one\ntwo\n"))
        #expect(disk.writeCount == 1 && disk.syncCount == 1)
        try file.append(octets("three\n"))
        #expect(disk.writeCount == 2 && disk.syncCount == 2)
        #expect(try contents == "one\ntwo\nthree\n")
    }

    @Test func aPartialWriteIsTakenBack() throws {
        var file = AppendedFile(path: path, disk: disk.calls)
        try file.append(octets("one\n"))
        disk.fillUp(after: 6)
        let failure = failure { () throws(DeliveryFailure) in try file.append(octets("two\nthree\n")) }
        #expect(failure?.reason == .storage)
        #expect(failure?.detail == "cannot write \(path): No space left on device")
        #expect(try contents == "one\n")
        try file.append(octets("two\nthree\n"))
        #expect(try contents == "one\ntwo\nthree\n")
    }

    @Test func aPartialWriteBehindATornLineIsTakenBackToIt() throws {
        try folder.write("torn", to: "lines")
        var file = AppendedFile(path: path, disk: disk.calls)
        disk.fillUp(after: 3)
        #expect(failure { () throws(DeliveryFailure) in try file.append(octets("two\n")) } != nil)
        #expect(try contents == "torn")
        try file.append(octets("two\n"))
        #expect(try contents == "torn\ntwo\n")
    }

    @Test func anothersLinesAreNotTakenBack() throws {
        var file = AppendedFile(path: path, disk: disk.calls)
        try file.append(octets("one\n"))
        var other = AppendedFile(path: path)
        try other.append(octets("other\n"))
        try file.append(octets("two\n"))
        #expect(try contents == "one\nother\ntwo\n")
    }

    @Test func afterAFailedSyncTheBatchIsWrittenAgainElsewhere() throws {
        var file = AppendedFile(path: path, disk: disk.calls)
        disk.failNextSync(EIO)
        let failure = failure { () throws(DeliveryFailure) in try file.append(octets("one\n")) }
        #expect(failure?.reason == .storage)
        #expect(failure?.detail == "cannot sync \(path): Input/output error")
        try file.append(octets("one\n"))
        #expect(try contents == "one\none\n", "rather twice than never")
        #expect(disk.syncCount == 2)
    }

    /// `#expect(throws:)` cannot hold a file that is not copyable.
    private func failure(_ body: () throws(DeliveryFailure) -> Void) -> DeliveryFailure? {
        do throws(DeliveryFailure) {
            try body()
            return nil
        } catch {
            return error
        }
    }
}
