internal import Basics
internal import Glibc
internal import Synchronization

/// Room on the disk that is held against the day it is full: a file that is given up then, so that Trapline's own facts
/// and the sinks' cursors can still be written, and an alarm tells what is the matter. It is restored before anything
/// else once there is space again.
///
/// Where the journal and the store lie on different file systems there is such a file on each, and all are given up
/// together: an alarm needs both.
public final class SpaceReserve: Sendable {
    /// The calls that it makes, so that tests can play a full disk.
    struct Operations: Sendable {
        /// Which file system the folder is on.
        var device: @Sendable (_ folder: String) -> UInt64
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

    /// One of each file system.
    private let folders: [String]
    private let size: Int
    private let margin: Int
    private let operations: Operations
    private let isGone = Atomic<Bool>(false)
    private let why = Mutex("there was no room for the ballast")
    /// One at a time gives it up or restores it.
    private let turn = Mutex(())

    /// Allocates the ballast in `folders`, once for each file system among them, or finds the one that is there. Where
    /// there is no room it counts as given up.
    public convenience init(folders: [String]) {
        self.init(folders: folders, size: Self.standardSize, margin: Self.standardMargin, operations: .system)
    }

    init(folders: [String], size: Int, margin: Int, operations: Operations) {
        var devices: Set<UInt64> = []
        self.folders = folders.filter { devices.insert(operations.device($0)).inserted }
        self.size = size
        self.margin = margin
        self.operations = operations
        if !self.folders.allSatisfy(hasBallast) {
            isGone.store(true, ordering: .releasing)
            restore()
        }
    }

    /// The disk is full, or was and has not enough space yet: only what cannot wait may be written.
    public var isGivenUp: Bool { isGone.load(ordering: .acquiring) }

    /// What found no space first; one line.
    public var cause: String { why.withLock { $0 } }

    /// Less is free than a write needs.
    public var isDiskFull: Bool {
        folders.contains { operations.free($0).map { $0 <= Self.nearlyFull } ?? false }
    }

    /// A write found no space. Frees the ballast, unless that was done before. It must not block for long: the caller
    /// may be the thread that writes the journal. `cause`: what failed, and why.
    public func giveUp(_ cause: String) {
        turn.withLock { _ in
            guard !isGivenUp else { return }
            why.withLock { $0 = cause }
            isGone.store(true, ordering: .releasing)
            for folder in folders { release(folder) }
        }
    }

    /// Allocates the ballast again if there is space for it and the margin; whether it is there now.
    @discardableResult
    public func restore() -> Bool {
        turn.withLock { _ in
            guard isGivenUp else { return true }
            let missing = folders.filter { !hasBallast($0) }
            // Looked at first: each try takes space away for a moment.
            guard missing.allSatisfy({ operations.free($0).map { $0 >= UInt64(size + margin) } ?? true }) else {
                return false
            }
            for folder in missing {
                do throws(SystemError) {
                    // With the margin, and then without: a quota shows in no look at what is free.
                    try operations.allocate(Self.path(folder), size + margin)
                    try operations.truncate(Self.path(folder), size)
                } catch {
                    release(folder)
                    return false
                }
            }
            isGone.store(false, ordering: .releasing)
            return true
        }
    }

    private static func path(_ folder: String) -> String { folder + "/" + fileName }

    private func hasBallast(_ folder: String) -> Bool { operations.allocated(Self.path(folder)) >= size }

    /// A file that cannot be removed may still be cut; where neither works there is nothing to be given up.
    private func release(_ folder: String) {
        do throws(SystemError) {
            try operations.remove(Self.path(folder))
        } catch {
            try? operations.truncate(Self.path(folder), 0)
        }
    }
}

extension SpaceReserve.Operations {
    static let system = SpaceReserve.Operations(
        device: { folder in
            var status = stat()
            // One that cannot be looked at is a file system of its own, where allocating tells what is wrong.
            guard unsafe stat(folder, &status) == 0 else { return .max }
            return UInt64(status.st_dev)
        },
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
