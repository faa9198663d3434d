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
    /// - Parameter offset: how many octets at the beginning are left out.
    /// - Returns: the first `limit` octets from there; `nil` where there is no file.
    /// - Throws: also where somebody else may have written it: it says who we are and what is believed.
    static func read(_ path: String, from offset: Int = 0, limit: Int) throws(FileFailure) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .last("open", path)
        }
        defer { close(descriptor) }
        try trust(descriptor, path)
        guard lseek(descriptor, offset, SEEK_SET) >= 0 else { throw .last("lseek", path) }
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

    /// How many octets it has; 0 where there is no file.
    static func length(of path: String) throws(FileFailure) -> Int {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            if errno == ENOENT { return 0 }
            throw .last("stat", path)
        }
        return Int(status.st_size)
    }

    /// Writes beside it, to disk, and then puts it in its place: it is whole whatever happens.
    static func replace(_ path: String, with octets: [UInt8]) throws(FileFailure) {
        try draft(path, octets)
        try putDraft(in: path)
    }

    /// Writes beside it, to disk: what `putDraft` is to put in its place.
    static func draft(_ path: String, _ octets: [UInt8]) throws(FileFailure) {
        let draft = draft(of: path)
        // One that a crash left. It is not written over: whoever has made it could be reading it.
        unsafe unlink(draft)
        try write(octets, to: draft, O_EXCL)
    }

    /// What `draft` has written, and then this, takes the place of the file.
    static func putDraft(in path: String, adding octets: [UInt8] = []) throws(FileFailure) {
        let draft = draft(of: path)
        if !octets.isEmpty { try write(octets, to: draft, O_APPEND) }
        guard unsafe rename(draft, path) == 0 else { throw .last("rename", path) }
        try syncFolder(of: path)
    }

    private static func draft(of path: String) -> String { path + ".new" }

    /// Writes at the end, to disk. A crash may leave a part of it; a failure leaves the file as it was.
    /// - Throws: also where somebody else may have written it: what is ours would make the rest look like it.
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
        try trust(descriptor, path)
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

    /// Whether nobody else can have written it.
    private static func trust(_ descriptor: Int32, _ path: String) throws(FileFailure) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .last("stat", path) }
        let me = geteuid()
        // Root may look into anybody's.
        guard status.st_uid == me || me == 0, status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw FileFailure(operation: "trust the owner and mode of", path: path, error: SystemError(EPERM))
        }
    }

    private static func syncFolder(of path: String) throws(FileFailure) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last("fsync", folder) }
    }
}
