internal import Glibc

/// An error number of the operating system, and the C library's words for it.
public struct SystemError: Error, Sendable, Hashable {
    public var number: Int32

    public init(_ number: Int32) {
        self.number = number
    }

    /// Of the call made last on this thread.
    public static var last: SystemError { SystemError(errno) }

    /// The file system, or the user's quota on it, is full.
    public var isOutOfSpace: Bool { number == ENOSPC || number == EDQUOT }
}

extension SystemError: CustomStringConvertible {
    public var description: String {
        var text = [CChar](repeating: 0, count: 128)
        // The thread-safe one of the two: `strerror` may share a buffer.
        _ = unsafe strerror_r(number, &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
