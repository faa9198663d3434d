internal import Basics
internal import Glibc

/// The errors that intake has something of its own to say about.
extension SystemError {
    /// The caller lacks a privilege.
    var isNotPermitted: Bool { number == EACCES || number == EPERM }
    var isAddressInUse: Bool { number == EADDRINUSE }
    var isAddressNotLocal: Bool { number == EADDRNOTAVAIL }
    var isFamilyMissing: Bool { number == EAFNOSUPPORT }
    var isMessageTooLong: Bool { number == EMSGSIZE }
    var isConnectionRefused: Bool { number == ECONNREFUSED }
    /// Nothing happened in time, a signal came first, or what came was dropped again (a wrong checksum).
    var isTimeOut: Bool { number == ETIMEDOUT || number == EINTR || number == EAGAIN }

    static let noMemory = SystemError(ENOMEM)
}
