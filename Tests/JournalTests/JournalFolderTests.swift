import Testing

@testable import Journal

@Suite struct JournalFolderTests {
    @Test(
        arguments: [
            ("trapline-0000000001.pcapng", 1), ("trapline-9999999999.pcapng", 9_999_999_999),
            ("trapline-10000000000.pcapng", 10_000_000_000), ("trapline-000000001.pcapng", nil),
            ("trapline-0000000001.pcap", nil), ("trapline-000000000x.pcapng", nil), ("trapline--000000001.pcapng", nil),
            ("trapline-+000000001.pcapng", nil), ("other-0000000001.pcapng", nil), ("", nil), ("trapline-.pcapng", nil),
            ("trapline-99999999999999999999999.pcapng", nil),
        ] as [(String, UInt64?)]) func namesAreRead(name: String, number: UInt64?)
    {
        #expect(JournalFolder.number(ofName: name) == number)
    }

    @Test(arguments: [1, 42, 9_999_999_999, 10_000_000_000] as [UInt64]) func namesRoundTrip(number: UInt64) {
        let path = JournalFolder(path: "/x").path(ofSegment: number)
        #expect(JournalFolder.number(ofName: path.dropFirst(3)) == number)
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
