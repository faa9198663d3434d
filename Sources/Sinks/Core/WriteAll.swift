internal import Basics
internal import Foundation

/// A write that failed, and how many octets went before that.
struct PartialWrite: Error {
    var error: SystemError
    var written: Int
}

/// Writes all of `octets`, in one call where the descriptor takes them in one.
func writeAll(_ octets: [UInt8], to descriptor: Int32) throws(PartialWrite) {
    var done = 0
    while done < octets.count {
        let written = unsafe octets.span.extracting(droppingFirst: done).withUnsafeBytes { rest in
            unsafe write(descriptor, rest.baseAddress, rest.count)
        }
        if written < 0 {
            let error = SystemError.last
            if error.number == EINTR { continue }
            throw PartialWrite(error: error, written: done)
        }
        done += written
    }
}
