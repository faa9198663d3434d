internal import Basics
internal import Glibc

/// The hold of one writer on a journal's folder, by `flock(2)`: it ends with the process, however that ends.
public final class JournalLock: Sendable {
    private let descriptor: Int32

    /// For who must do something before it opens the journal that only its writer may do; the folder is made where it
    /// is missing.
    /// - Throws: `.locked` where another writer holds it.
    public convenience init(folder path: String) throws(JournalError) {
        let folder = JournalFolder(path: path)
        try folder.create()
        try self.init(folder)
    }

    init(_ folder: JournalFolder) throws(JournalError) {
        // Once it is stored `deinit` closes it, even where this initialiser throws: so it is stored last.
        descriptor = try Self.hold(folder)
    }

    private static func hold(_ folder: JournalFolder) throws(JournalError) -> Int32 {
        let descriptor = unsafe open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw JournalError(SystemError(errno), doing: "open the folder", path: folder.path)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = SystemError(errno)
            Glibc.close(descriptor)
            guard error.number == EWOULDBLOCK else { throw JournalError(error, doing: "lock", path: folder.path) }
            throw JournalError(
                .locked, path: folder.path, detail: "another process (or this one) is already writing this journal")
        }
        return descriptor
    }

    deinit { Glibc.close(descriptor) }

    /// Makes names of new files durable.
    func sync() throws(SystemError) {
        guard fsync(descriptor) == 0 else { throw SystemError(errno) }
    }
}
