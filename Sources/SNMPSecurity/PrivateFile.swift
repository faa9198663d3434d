public import Basics
internal import Glibc

/// A call on one of our files that the system refused.
public struct FileFailure: Error, Sendable, Hashable {
    public var operation: String
    public var path: String
    public var error: SystemError

    static func last(_ operation: String, _ path: String) -> FileFailure {
        FileFailure(operation: operation, path: path, error: .last)
    }
}

extension FileFailure: CustomStringConvertible {
    public var description: String { "\(operation) \(path): \(error)" }
}

/// A file that only its owner may read.
enum PrivateFile {
    /// - Returns: the first `limit` octets; `nil` where there is no file.
    /// - Throws: also where somebody else may have written it: it says who we are and what is believed.
    static func read(_ path: String, limit: Int) throws(FileFailure) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .last("open", path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .last("stat", path) }
        let me = geteuid()
        // Root may look into anybody's.
        guard status.st_uid == me || me == 0, status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw FileFailure(operation: "trust the owner and mode of", path: path, error: SystemError(EPERM))
        }
        var octets: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 * 1_024)
        while octets.count < limit {
            let count = unsafe Glibc.read(descriptor, &part, min(part.count, limit - octets.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last("read", path) }
            guard count > 0 else { break }
            octets += part[..<count]
        }
        return octets
    }

    /// Writes beside it, to disk, and then puts it in its place: it is whole whatever happens.
    static func replace(_ path: String, with octets: [UInt8]) throws(FileFailure) {
        let draft = path + ".new"
        // A draft that a crash left is written over.
        try write(octets, to: draft, O_TRUNC)
        guard unsafe rename(draft, path) == 0 else { throw .last("rename", path) }
        try syncFolder(of: path)
    }

    /// Writes at the end, to disk. A crash may leave a part of it; a failure leaves the file as it was.
    static func append(_ octets: [UInt8], to path: String) throws(FileFailure) {
        let isNew = unsafe access(path, F_OK) != 0
        try write(octets, to: path, O_APPEND)
        guard isNew else { return }
        do throws(FileFailure) {
            try syncFolder(of: path)
        } catch {
            // So that the next try makes it again, and with it its place in the folder durable.
            unsafe unlink(path)
            throw error
        }
    }

    private static func write(_ octets: [UInt8], to path: String, _ flag: Int32) throws(FileFailure) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flag, 0o600)
        guard descriptor >= 0 else { throw .last("open", path) }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else { throw .last("fchmod", path) }
        let before = lseek(descriptor, 0, SEEK_END)
        guard before >= 0 else { throw .last("lseek", path) }
        do throws(FileFailure) {
            try write(octets, to: descriptor, path)
        } catch {
            // Whoever tries again would write it once more behind what is there by now.
            _ = ftruncate(descriptor, before)
            throw error
        }
    }

    private static func write(_ octets: [UInt8], to descriptor: Int32, _ path: String) throws(FileFailure) {
        var written = 0
        while written < octets.count {
            let count = unsafe octets[written...].withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .last("write", path) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw .last("fsync", path) }
    }

    private static func syncFolder(of path: String) throws(FileFailure) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last("fsync", folder) }
    }
}
