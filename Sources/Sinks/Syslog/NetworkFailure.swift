internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// What the network's errors are for an operator.
enum NetworkFailure {
    /// Looks the name up on a thread that may block; an address needs no look-up.
    static func resolve(_ host: String, _ port: UInt16) async throws -> SocketAddress {
        if let address = try? SocketAddress(ipAddress: host, port: Int(port)) { return address }
        return try await NIOThreadPool.singleton.runIfActive {
            try SocketAddress.makeAddressResolvingHost(host, port: Int(port))
        }
    }

    static func reason(_ error: any Error) -> DeliveryFailure.Reason {
        switch error {
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: return .tls
        case ChannelError.connectTimeout: return .timeout
        case let error as NIOConnectionError:
            let isTimeout = error.connectionErrors.contains { reason($0.error) == .timeout }
            return isTimeout ? .timeout : .unreachable
        case let error as IOError: return error.errnoCode == ETIMEDOUT ? .timeout : .unreachable
        case let error as DeliveryFailure: return error.reason
        default: return .unreachable
        }
    }

    /// One line; NIO's own descriptions tell of its inner life.
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as DeliveryFailure: return error.detail
        case let error as IOError: return unsafe String(cString: strerror(error.errnoCode))
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return text(first.error) }
            return "the name \(error.host) was not found"
        case is SocketAddressError: return "the name was not found"
        case ChannelError.connectTimeout: return "no answer"
        case ChannelError.eof, ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed:
            return "the peer closed the connection"
        case NIOSSLError.uncleanShutdown: return "the peer closed the connection within TLS"
        case NIOSSLError.handshakeFailed(let inner): return "TLS handshake: \(PlainText.oneLine("\(inner)"))"
        default: return PlainText.oneLine("\(error)")
        }
    }
}
