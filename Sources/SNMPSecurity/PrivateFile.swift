internal import Basics
internal import Glibc

/// A small file that only its owner may read, and that is whole whatever happens while it is written.
enum PrivateFile {
    /// Writes beside it, to disk, and then puts it in its place.
    static func replace(_ path: String, with octets: [UInt8]) throws(OwnEngineFile.Failure) {
        let draft = path + ".new"
        try writeWhole(octets, to: draft)
        guard unsafe rename(draft, path) == 0 else { throw .system(operation: "rename", path: path, .last) }
        try syncFolder(of: path)
    }

    private static func writeWhole(_ octets: [UInt8], to draft: String) throws(OwnEngineFile.Failure) {
        // A draft that a crash left is written over.
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system(operation: "open", path: draft, .last) }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else { throw .system(operation: "fchmod", path: draft, .last) }
        try write(octets, to: descriptor, draft)
        guard fsync(descriptor) == 0 else { throw .system(operation: "fsync", path: draft, .last) }
    }

    private static func write(
        _ octets: [UInt8], to descriptor: Int32, _ path: String
    ) throws(OwnEngineFile.Failure) {
        var written = 0
        while written < octets.count {
            let rest = octets[written...]
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(operation: "write", path: path, .last) }
            written += count
        }
    }

    private static func syncFolder(of path: String) throws(OwnEngineFile.Failure) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(operation: "open", path: folder, .last) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(operation: "fsync", path: folder, .last) }
    }
}
