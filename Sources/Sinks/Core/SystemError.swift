internal import Foundation

/// What the system said about a call that failed.
struct SystemError: Error, CustomStringConvertible {
    var code: Int32

    /// Of the call made last on this thread.
    static var last: SystemError { SystemError(code: errno) }

    /// `No space left on device`. The text is the thread's own (glibc 2.32 and later).
    var description: String {
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}
