internal import Basics
internal import Foundation

/// A file that lines are appended to, each batch in one write and one sync.
struct AppendedFile: ~Copyable {
    /// Owner and group: an operator's tools read it, others need not know a network's troubles.
    private static let permissions: mode_t = 0o640

    /// The calls that a disk can fail, so that its failing can be tried without one that is full.
    struct Disk: Sendable {
        var write: @Sendable ([UInt8], Int32) throws(PartialWrite) -> Void = {
            (octets, descriptor) throws(PartialWrite) in
            try writeAll(octets, to: descriptor)
        }
        var sync: @Sendable (Int32) -> Int32 = { fdatasync($0) }
    }

    let path: String
    private let disk: Disk
    private var descriptor: Int32 = -1

    init(path: String, disk: Disk = Disk()) {
        self.path = path
        self.disk = disk
    }

    deinit {
        if descriptor >= 0 { _ = Foundation.close(descriptor) }
    }

    /// Appends whole lines. On a throw the file holds none of them, unless another program writes to it too or the
    /// disk fails again: then a part may stand there, and the next batch begins on a line of its own.
    mutating func append(_ lines: [UInt8]) throws(DeliveryFailure) {
        let size = try openIfNeeded()
        var octets = lines
        if let size, size > 0, !endsWithNewline(at: size) {
            // The last line was torn by a crash: it stays by itself, and is seen to be broken.
            octets.insert(UInt8(ascii: "\n"), at: 0)
        }
        do throws(PartialWrite) {
            try disk.write(octets, descriptor)
        } catch {
            if let size { takeBack(to: size, written: error.written) }
            throw failure("cannot write", error.error)
        }
        guard disk.sync(descriptor) != 0 else { return }
        let error = SystemError.last
        // Pipes and terminals have nothing to sync.
        if size == nil && (error.number == EINVAL || error.number == EROFS || error.number == ENOTSUP) { return }
        // The system may have dropped the octets that it could not write, and a second sync would then succeed: the
        // batch is written again through another descriptor.
        close()
        throw failure("cannot sync", error)
    }

    /// Whether a delivery has a chance; nothing is made or altered.
    func probe() throws(DeliveryFailure) {
        if unsafe access(path, W_OK) == 0 { return }
        let error = SystemError.last
        guard error.number == ENOENT else { throw failure("cannot write", error) }
        guard unsafe access(folder, W_OK | X_OK) == 0 else {
            throw failure("cannot make it in \(folder)", SystemError.last)
        }
    }

    mutating func close() {
        if descriptor >= 0 { _ = Foundation.close(descriptor) }
        descriptor = -1
    }

    /// The file's size, `nil` for what is no regular file.
    @discardableResult
    mutating func openIfNeeded() throws(DeliveryFailure) -> Int64? {
        if descriptor >= 0, let status = status() {
            // Removed behind our back: what is written there would be lost.
            if status.st_nlink > 0 { return size(status) }
            close()
        }
        // Read and write, since the last octet is looked at.
        let flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOCTTY
        descriptor = unsafe open(path, flags)
        if descriptor < 0 && errno == ENOENT {
            descriptor = unsafe open(path, flags | O_CREAT, AppendedFile.permissions)
            if descriptor >= 0 { syncFolder() }
        }
        guard descriptor >= 0 else { throw failure("cannot open", SystemError.last) }
        guard let status = status() else { throw failure("cannot open", SystemError.last) }
        return size(status)
    }

    private var folder: String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }

    private func status() -> stat? {
        var status = stat()
        let isKnown = unsafe fstat(descriptor, &status) == 0
        return isKnown ? status : nil
    }

    private func size(_ status: stat) -> Int64? {
        status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
    }

    private func endsWithNewline(at size: Int64) -> Bool {
        var octet: UInt8 = 0
        let count = unsafe pread(descriptor, &octet, 1, off_t(size - 1))
        return count == 1 && octet == UInt8(ascii: "\n")
    }

    /// Removes a part of a batch, so that a full disk does not fill with repeats; not where others have written.
    private func takeBack(to size: Int64, written: Int) {
        guard written > 0, let status = status(), Int64(status.st_size) == size + Int64(written) else { return }
        _ = ftruncate(descriptor, off_t(size))
    }

    /// A new file's name is safe only when its folder is synced.
    private func syncFolder() {
        let folder = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        _ = fsync(folder)
        _ = Foundation.close(folder)
    }

    private func failure(_ attempt: String, _ error: SystemError) -> DeliveryFailure {
        DeliveryFailure(.storage, "\(attempt) \(path): \(error)")
    }
}
