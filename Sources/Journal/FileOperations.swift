internal import Basics
internal import Glibc

/// The system calls by which a segment is written, so that tests can let any of them fail.
struct FileOperations: Sendable {
    /// Creates the file, which must not exist, and opens it for writing; gives its descriptor.
    var create: @Sendable (_ path: String) throws(SystemError) -> Int32
    /// Writes all of the octets at the file's end.
    var write: @Sendable (_ descriptor: Int32, _ octets: [UInt8]) throws(SystemError) -> Void
    /// Makes what was written durable, and the length by which it is found.
    var sync: @Sendable (_ descriptor: Int32) throws(SystemError) -> Void
    /// Cuts the file to a length.
    var truncate: @Sendable (_ descriptor: Int32, _ length: UInt64) throws(SystemError) -> Void
    /// Removes the file; one that is not there any more is no error.
    var remove: @Sendable (_ path: String) throws(SystemError) -> Void

    static let system = FileOperations(
        create: { path throws(SystemError) in
            let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw SystemError(errno) }
            return descriptor
        },
        write: { descriptor, octets throws(SystemError) in
            var done = 0
            while done < octets.count {
                let written = unsafe octets.withUnsafeBytes { bytes in
                    unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
                }
                if written > 0 {
                    done += written
                } else if written == 0 {
                    // A write that takes nothing and says nothing is what a full device may do.
                    throw SystemError(ENOSPC)
                } else if errno != EINTR {
                    throw SystemError(errno)
                }
            }
        },
        sync: { descriptor throws(SystemError) in
            guard fdatasync(descriptor) == 0 else { throw SystemError(errno) }
            // A file that somebody deleted is written and synced all the same, and found by nobody.
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0 else { throw SystemError(errno) }
            guard status.st_nlink > 0 else { throw SystemError(ENOENT) }
        },
        truncate: { descriptor, length throws(SystemError) in
            guard ftruncate(descriptor, off_t(length)) == 0 else { throw SystemError(errno) }
        },
        remove: { path throws(SystemError) in
            guard unsafe unlink(path) == 0 || errno == ENOENT else { throw SystemError(errno) }
        })
}
