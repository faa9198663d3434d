import Basics
import Foundation
import Synchronization
import Testing

@testable import Journal

/// The ballast: allocated, given up, restored first.
@Suite struct SpaceReserveTests {
    /// File systems of so many octets each, by folder.
    final class Disks: Sendable {
        struct State: Sendable {
            var free: [String: UInt64]
            var files: [String: Int] = [:]
            /// More than a look at the free space tells.
            var quota: Int?
            var failsToRemove = false
            var devices: [String: UInt64] = [:]
        }

        let state: Mutex<State>

        init(_ free: [String: UInt64]) {
            var state = State(free: free)
            for (number, folder) in free.keys.sorted().enumerated() { state.devices[folder] = UInt64(number) }
            self.state = Mutex(state)
        }

        private func folder(_ path: String) -> String { String(path.dropLast(SpaceReserve.fileName.count + 1)) }

        var operations: SpaceReserve.Operations {
            SpaceReserve.Operations(
                device: { [self] folder in state.withLock { $0.devices[folder] ?? 99 } },
                free: { [self] folder in state.withLock { $0.free[folder] } },
                allocated: { [self] path in state.withLock { UInt64($0.files[path] ?? 0) } },
                allocate: { [self] path, size throws(SystemError) in
                    let fits = state.withLock { state in
                        guard state.free[folder(path)] ?? 0 >= size, state.quota ?? .max >= size else { return false }
                        state.free[folder(path), default: 0] -= UInt64(size)
                        state.files[path] = size
                        return true
                    }
                    if !fits { throw SystemError(EDQUOT) }
                },
                truncate: { [self] path, size throws(SystemError) in
                    state.withLock { state in
                        state.free[folder(path), default: 0] += UInt64((state.files[path] ?? 0) - size)
                        state.files[path] = size
                    }
                },
                remove: { [self] path throws(SystemError) in
                    if state.withLock({ $0.failsToRemove }) { throw SystemError(EIO) }
                    state.withLock { state in
                        state.free[folder(path), default: 0] += UInt64(state.files.removeValue(forKey: path) ?? 0)
                    }
                })
        }

        func reserve(_ folders: [String] = ["/data"]) -> SpaceReserve {
            SpaceReserve(folders: folders, size: 100, margin: 50, operations: operations)
        }

        func free(_ folder: String = "/data") -> UInt64 { state.withLock { $0.free[folder] ?? 0 } }
        func set(_ free: UInt64, _ folder: String = "/data") { state.withLock { $0.free[folder] = free } }
    }

    @Test func aStartAllocatesItOnce() {
        let disks = Disks(["/data": 1_000])
        #expect(!disks.reserve().isGivenUp)
        #expect(disks.free() == 900)
        #expect(!disks.reserve().isGivenUp)
        #expect(disks.free() == 900, "the one that was there")
    }

    @Test func givenUpItIsSpaceAndComesBackOnlyWithTheMargin() {
        let disks = Disks(["/data": 150])
        let reserve = disks.reserve()
        #expect(!reserve.isGivenUp)
        disks.set(0)
        reserve.giveUp("the first")
        reserve.giveUp("the second")
        #expect(reserve.isGivenUp && reserve.cause == "the first")
        #expect(disks.free() == 100)
        #expect(!reserve.restore(), "its own room is not enough")
        disks.set(149)
        #expect(!reserve.restore())
        #expect(disks.free() == 149, "a try that fails takes nothing")
        disks.set(150)
        #expect(reserve.restore())
        #expect(!reserve.isGivenUp)
        #expect(disks.free() == 50)
    }

    @Test func aStartWithoutRoomGoesOnWithoutIt() {
        let disks = Disks(["/data": 149])
        let reserve = disks.reserve()
        #expect(reserve.isGivenUp)
        disks.set(1_000)
        #expect(reserve.restore())
    }

    @Test func aQuotaKeepsItGivenUpWhateverIsFree() {
        let disks = Disks(["/data": 1_000])
        disks.state.withLock { $0.quota = 120 }
        let reserve = disks.reserve()
        #expect(reserve.isGivenUp && !reserve.restore())
        #expect(disks.free() == 1_000)
    }

    @Test func whatCannotBeRemovedIsCut() {
        let disks = Disks(["/data": 1_000])
        let reserve = disks.reserve()
        disks.set(0)
        disks.state.withLock { $0.failsToRemove = true }
        reserve.giveUp("full")
        #expect(disks.free() == 100)
    }

    @Test func everyFileSystemHasItsOwn() {
        let disks = Disks(["/data": 1_000, "/data/journal": 160])
        let reserve = disks.reserve(["/data", "/data/journal"])
        #expect(disks.free("/data") == 900 && disks.free("/data/journal") == 60)
        disks.set(0, "/data/journal")
        reserve.giveUp("full")
        #expect(disks.free("/data") == 1_000 && disks.free("/data/journal") == 100)
        #expect(!reserve.restore(), "the journal's has no room")
        #expect(disks.free("/data") == 1_000)
        disks.set(200, "/data/journal")
        #expect(reserve.restore())
        #expect(disks.free("/data") == 900 && disks.free("/data/journal") == 100)
    }

    @Test func oneFileSystemHasOne() {
        let disks = Disks(["/data": 1_000, "/data/journal": 1_000])
        disks.state.withLock { $0.devices = ["/data": 7, "/data/journal": 7] }
        _ = disks.reserve(["/data", "/data/journal"])
        #expect(disks.free("/data") == 900 && disks.free("/data/journal") == 1_000)
    }

    @Test func onARealDiskItIsReallyAllocated() throws {
        let folder = try TemporaryFolder()
        let size = 1 << 20
        let reserve = SpaceReserve(folders: [folder.path], size: size, margin: 4_096, operations: .system)
        #expect(!reserve.isGivenUp && !reserve.isDiskFull)
        var status = stat()
        let path = folder.path + "/" + SpaceReserve.fileName
        #expect(stat(path, &status) == 0)
        #expect(status.st_size == size && status.st_blocks * 512 >= size)
        reserve.giveUp("full")
        #expect(stat(path, &status) != 0)
        #expect(reserve.restore())
        #expect(stat(path, &status) == 0 && status.st_blocks * 512 >= size)
    }
}
