import Foundation
import Glibc
import Synchronization
import Testing

@testable import Journal

@Suite struct JournalFolderTests {
    @Test(
        arguments: [
            ("trapline-0000000001.pcapng", 1), ("trapline-9999999999.pcapng", 9_999_999_999),
            ("trapline-10000000000.pcapng", 10_000_000_000), ("trapline-000000001.pcapng", nil),
            ("trapline-0000000001.pcap", nil), ("trapline-000000000x.pcapng", nil), ("trapline--000000001.pcapng", nil),
            ("trapline-+000000001.pcapng", nil), ("other-0000000001.pcapng", nil), ("", nil), ("trapline-.pcapng", nil),
            ("trapline-99999999999999999999999.pcapng", nil), ("trapline-18446744073709551615.pcapng", nil),
            ("trapline-999999999999999999.pcapng", 999_999_999_999_999_999),
        ] as [(String, UInt64?)]) func namesAreRead(name: String, number: UInt64?)
    {
        #expect(JournalFolder.number(ofName: name) == number)
    }

    @Test(arguments: [1, 42, 9_999_999_999, 10_000_000_000] as [UInt64]) func namesRoundTrip(number: UInt64) {
        let path = JournalFolder(path: "/x").path(ofSegment: number)
        #expect(JournalFolder.number(ofName: path.dropFirst(3)) == number)
    }

    /// Closed twice, the descriptor of a lock that was refused would take along what another thread opened meanwhile.
    @Test func aLockThatIsRefusedClosesNobodyElsesFile() throws {
        let folder = try TemporaryFolder()
        let journal = JournalFolder(path: folder.path)
        let lock = try JournalLock(journal)
        let isDone = Atomic(false)
        let lost = Atomic(0)
        let ended = DispatchSemaphore(value: 0)
        Thread {
            while !isDone.load(ordering: .relaxed) {
                let other = open("/dev/null", O_RDONLY | O_CLOEXEC)
                if close(other) != 0 { lost.add(1, ordering: .relaxed) }
            }
            ended.signal()
        }.start()
        for _ in 0..<20_000 { _ = try? JournalLock(journal) }
        isDone.store(true, ordering: .relaxed)
        ended.wait()
        #expect(lost.load(ordering: .relaxed) == 0)
        withExtendedLifetime(lock) {}
    }

    @Test func onlySegmentsAreListed() throws {
        let folder = try TemporaryFolder()
        for name in ["trapline-0000000003.pcapng", "trapline-0000000001.pcapng", "notes.txt", "trapline.pcapng"] {
            try write([], to: folder.path + "/" + name)
        }
        let journal = JournalFolder(path: folder.path)
        #expect(try journal.segments() == [1, 3])
        #expect(try journal.firstSegment(from: 1) == 1)
        #expect(try journal.firstSegment(from: 2) == 3)
        #expect(try journal.firstSegment(from: 4) == nil)
    }
}
