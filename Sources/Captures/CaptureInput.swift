internal import Basics
internal import Glibc

/// The octets of a capture, read piece by piece: from memory, from a file of any size, or from a pipe.
final class CaptureInput {
    /// A piece is large enough to make the system call cheap and small beside what a process uses anyway.
    static let pieceSize = 256 * 1_024

    let path: String
    /// Octets handed out or skipped so far.
    private(set) var offset: UInt64 = 0

    private let descriptor: Int32?
    private var buffer: [UInt8]
    private var position = 0
    private var isAtEnd: Bool

    init(bytes: [UInt8], name: String) {
        self.path = name
        self.descriptor = nil
        self.buffer = bytes
        self.isAtEnd = true
    }

    /// Opens the file; `-` is standard input.
    init(path: String) throws(CaptureError) {
        let isStandardInput = path == "-"
        self.path = isStandardInput ? "standard input" : path
        self.buffer = []
        self.isAtEnd = false
        let descriptor = isStandardInput ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CaptureError(.unreadable, path: path, offset: 0, detail: SystemError(errno).description)
        }
        self.descriptor = descriptor
    }

    deinit {
        if let descriptor, descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// The next `count` octets, without taking them; fewer only where the input ends.
    func peek(_ count: Int) throws(CaptureError) -> ArraySlice<UInt8> {
        while buffer.count - position < count, !isAtEnd { try fill(atLeast: count) }
        return buffer[position..<min(position + count, buffer.count)]
    }

    /// Takes the next `count` octets. `nil` at the input's end; an end within them is an error that names `what` was
    /// being read.
    func take(_ count: Int, _ what: String) throws(CaptureError) -> ArraySlice<UInt8>? {
        let octets = try peek(count)
        guard octets.count == count else {
            guard !octets.isEmpty else { return nil }
            throw truncated(what, missing: count - octets.count)
        }
        position += count
        offset += UInt64(count)
        return octets
    }

    /// Passes over `count` octets, however many, holding no more than a piece of them.
    func skip(_ count: Int, _ what: String) throws(CaptureError) {
        var left = count
        while left > 0 {
            let step = try peek(min(left, Self.pieceSize)).count
            guard step > 0 else { throw truncated(what, missing: left) }
            position += step
            offset += UInt64(step)
            left -= step
        }
    }

    func truncated(_ what: String, missing: Int) -> CaptureError {
        CaptureError(
            .truncated, path: path, offset: offset,
            detail: "the file ends within \(what); at least \(missing) more octets were expected")
    }

    private func fill(atLeast count: Int) throws(CaptureError) {
        guard let descriptor else { return }
        buffer.removeFirst(position)
        position = 0
        let held = buffer.count
        let room = max(Self.pieceSize, count - held)
        var piece = [UInt8](repeating: 0, count: room)
        var received = -1
        repeat {
            received = unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        } while received < 0 && errno == EINTR
        guard received >= 0 else {
            throw CaptureError(.unreadable, path: path, offset: offset, detail: SystemError(errno).description)
        }
        isAtEnd = received == 0
        buffer.append(contentsOf: piece[..<received])
    }
}
