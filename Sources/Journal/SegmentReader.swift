internal import Basics
internal import Glibc

/// One segment opened for reading: its head, and its octets by place.
final class SegmentReader: Sendable {
    private static let firstPiece = 4_096

    let number: UInt64
    let path: String
    let head: SegmentHead
    /// Where the records begin.
    let start: UInt64
    /// The head could not be read; the interfaces' names are lost, the records may be there.
    let isHeadDamaged: Bool

    private let descriptor: Int32

    /// `nil` if there is no such segment.
    init?(number: UInt64, folder: JournalFolder) throws(JournalError) {
        self.number = number
        self.path = folder.path(ofSegment: number)
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno != ENOENT else { return nil }
            throw JournalError(SystemError(errno), doing: "open", path: path)
        }
        self.descriptor = descriptor
        // Most heads are small; only one that goes on where the first piece ends is read in full.
        var decoded: (head: SegmentHead, length: Int)?
        do throws(JournalError) {
            let octets = try Self.read(descriptor, path, at: 0, count: Self.firstPiece)
            decoded = SegmentHead.decode(octets)
            if octets.count == Self.firstPiece,
                (decoded?.length ?? Self.firstPiece) + SegmentHead.longestInterface > Self.firstPiece
            {
                decoded = SegmentHead.decode(try Self.read(descriptor, path, at: 0, count: SegmentHead.longest))
            }
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        if let (head, length) = decoded {
            self.head = head
            self.start = UInt64(length)
            self.isHeadDamaged = false
        } else {
            self.head = SegmentHead(interfaces: [], predecessor: nil)
            self.start = 0
            self.isHeadDamaged = true
        }
    }

    deinit { Glibc.close(descriptor) }

    func size() throws(JournalError) -> UInt64 {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw JournalError(SystemError(errno), doing: "read", path: path) }
        return UInt64(end)
    }

    /// Makes what was written of it durable, by whomever.
    func sync(_ operations: FileOperations) throws(JournalError) {
        do throws(SystemError) {
            try operations.sync(descriptor)
        } catch {
            throw JournalError(error, doing: "sync", path: path)
        }
    }

    /// Up to `count` octets from `offset`: fewer only at the file's end.
    func read(at offset: UInt64, count: Int) throws(JournalError) -> [UInt8] {
        try Self.read(descriptor, path, at: offset, count: count)
    }

    private static func read(
        _ descriptor: Int32, _ path: String, at offset: UInt64, count: Int
    ) throws(JournalError) -> [UInt8] {
        var failure: SystemError?
        let octets = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < buffer.count {
                let received = unsafe pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled,
                    off_t(offset) + off_t(filled))
                if received > 0 {
                    filled += received
                } else if received == 0 {
                    break
                } else if errno != EINTR {
                    failure = SystemError(errno)
                    break
                }
            }
        }
        if let failure { throw JournalError(failure, doing: "read", path: path) }
        return octets
    }
}
