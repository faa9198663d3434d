internal import Basics
internal import Glibc
internal import Synchronization

/// Room on the disk that is held against the day it is full: a file that is given up then, so that Trapline's own facts
/// and the sinks' cursors can still be written, and an alarm tells what is the matter. It is restored before anything
/// else once there is space again.
public final class SpaceReserve: Sendable {
    /// The calls that it makes, so that tests can play a full disk.
    struct Operations: Sendable {
        /// Octets that are free to this user on the folder's file system; `nil` where that cannot be told.
        var free: @Sendable (_ folder: String) -> UInt64?
        /// Octets really allocated to the file; 0 where it is not there.
        var allocated: @Sendable (_ path: String) -> UInt64
        /// Makes the file and allocates so many octets, or leaves none behind.
        var allocate: @Sendable (_ path: String, _ size: Int) throws(SystemError) -> Void
        var truncate: @Sendable (_ path: String, _ size: Int) throws(SystemError) -> Void
        var remove: @Sendable (_ path: String) throws(SystemError) -> Void
    }

    public static let fileName = "ballast"
    /// Hours of own facts, with the effects that they have in the store, and the store's log of changes.
    public static let standardSize = 16 * 1_024 * 1_024
    /// What must be free beside the ballast before it is restored: with less, the disk would be full again at once.
    public static let standardMargin = 16 * 1_024 * 1_024
    /// A disk with no more than this is as good as full: file systems fail before the last octet, and SQLite does not
    /// always tell why a write failed.
    private static let nearlyFull: UInt64 = 1_024 * 1_024

    private let folder: String
    private let path: String
    private let size: Int
    private let margin: Int
    private let operations: Operations
    private let isGone = Atomic<Bool>(false)
    private let why = Mutex("there was no room for the ballast")
    /// One at a time gives it up or restores it.
    private let turn = Mutex(())

    /// Allocates the ballast in `folder`, or finds the one that is there. Where there is no room it counts as given up.
    public convenience init(folder: String) {
        self.init(folder: folder, size: Self.standardSize, margin: Self.standardMargin, operations: .system)
    }

    init(folder: String, size: Int, margin: Int, operations: Operations) {
        self.folder = folder
        self.path = folder + "/" + Self.fileName
        self.size = size
        self.margin = margin
        self.operations = operations
        if operations.allocated(path) < size {
            isGone.store(true, ordering: .releasing)
            restore()
        }
    }

    /// The disk is full, or was and has not enough space yet: only what cannot wait may be written.
    public var isGivenUp: Bool { isGone.load(ordering: .acquiring) }

    /// What found no space first; one line.
    public var cause: String { why.withLock { $0 } }

    /// Less is free than a write needs.
    public var isDiskFull: Bool { operations.free(folder).map { $0 <= Self.nearlyFull } ?? false }

    /// A write found no space. Frees the ballast, unless that was done before. It must not block for long: the caller
    /// may be the thread that writes the journal. `cause`: what failed, and why.
    public func giveUp(_ cause: String) {
        turn.withLock { _ in
            guard !isGivenUp else { return }
            why.withLock { $0 = cause }
            isGone.store(true, ordering: .releasing)
            // A file that cannot be removed may still be cut; where neither works there is nothing to be given up.
            do throws(SystemError) {
                try operations.remove(path)
            } catch {
                try? operations.truncate(path, 0)
            }
        }
    }

    /// Allocates the ballast again if there is space for it and the margin; whether it is there now.
    @discardableResult
    public func restore() -> Bool {
        turn.withLock { _ in
            guard isGivenUp else { return true }
            // Looked at first: each try takes space away for a moment.
            guard operations.free(folder).map({ $0 >= UInt64(size + margin) }) ?? true else { return false }
            do throws(SystemError) {
                // With the margin, and then without: a quota shows in no look at what is free.
                try operations.allocate(path, size + margin)
                try operations.truncate(path, size)
            } catch {
                try? operations.remove(path)
                return false
            }
            isGone.store(false, ordering: .releasing)
            return true
        }
    }
}

extension SpaceReserve.Operations {
    static let system = SpaceReserve.Operations(
        free: { folder in
            var status = statvfs()
            guard unsafe statvfs(folder, &status) == 0 else { return nil }
            return UInt64(status.f_bavail) * UInt64(status.f_frsize)
        },
        allocated: { path in
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { return 0 }
            return UInt64(max(0, status.st_blocks)) * 512
        },
        allocate: { path, size throws(SystemError) in
            let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw SystemError(errno) }
            defer { close(descriptor) }
            var error: Int32
            repeat { error = posix_fallocate(descriptor, 0, off_t(size)) } while error == EINTR
            guard error == 0 else {
                unsafe unlink(path)
                throw SystemError(error)
            }
        },
        truncate: { path, size throws(SystemError) in
            guard unsafe Glibc.truncate(path, off_t(size)) == 0 else { throw SystemError(errno) }
        },
        remove: FileOperations.system.remove)
}
