internal import Basics
internal import Glibc

/// One segment being written: its file, how far it reaches, and how far of that is durable.
final class SegmentWriter {
    let number: UInt64
    let path: String
    /// How many of the writer's interfaces the head describes.
    let interfaceCount: Int
    private(set) var length: UInt64 = 0
    private(set) var durableLength: UInt64 = 0

    private let headLength: UInt64
    private let descriptor: Int32
    private let operations: FileOperations
    private let syncs: Bool

    /// Creates the file and makes its head, and its name in the folder, durable. A file that cannot be begun is removed.
    init(
        number: UInt64, head: SegmentHead, folder: JournalFolder, lock: JournalLock, syncs: Bool,
        operations: FileOperations
    ) throws(JournalError) {
        self.number = number
        self.path = folder.path(ofSegment: number)
        self.operations = operations
        self.syncs = syncs
        self.interfaceCount = head.interfaces.count
        let octets = head.encoded()
        self.headLength = UInt64(octets.count)
        do throws(SystemError) {
            self.descriptor = try operations.create(path)
        } catch {
            throw JournalError(error, doing: "create", path: path)
        }
        do throws(JournalError) {
            try write(octets)
            try commit()
            if syncs {
                do throws(SystemError) {
                    try lock.sync()
                } catch {
                    throw JournalError(error, doing: "sync the folder", path: folder.path)
                }
            }
        } catch {
            abandon()
            throw error
        }
    }

    deinit { Glibc.close(descriptor) }

    var hasDurableRecords: Bool { durableLength > headLength }

    func write(_ octets: [UInt8]) throws(JournalError) {
        do throws(SystemError) {
            try operations.write(descriptor, octets)
        } catch {
            throw JournalError(error, doing: "write", path: path)
        }
        length += UInt64(octets.count)
    }

    /// Makes everything written so far durable.
    func commit() throws(JournalError) {
        if syncs {
            do throws(SystemError) {
                try operations.sync(descriptor)
            } catch {
                throw JournalError(error, doing: "sync", path: path)
            }
        }
        durableLength = length
    }

    /// Ends the segment at its last durable block after a failure; it is never written or synced again. Where it holds
    /// no record, or cutting fails, readers learn the end from the head of the segment that follows.
    func abandon() {
        if hasDurableRecords {
            try? operations.truncate(descriptor, durableLength)
        } else {
            unsafe unlink(path)
        }
    }
}
