internal import Foundation
internal import NIOCore
internal import NIOSSL

/// What a syslog sink sends over TCP or TLS: one connection, opened when it is first needed, kept, and opened anew after
/// its end.
///
/// What was sent is kept here until the peer's program confirms it, by answering our half-close in good order: after any
/// other end of the connection it is sent again, before anything newer. So a peer that is restarted gets everything in
/// order, some of it perhaps twice (each message bears its event's number).
actor SyslogStream {
    /// Octets kept for want of confirmation. At this many confirmation is asked for: it bounds both the memory and
    /// what may come twice.
    static let unconfirmedLimit = 8 * 1_024 * 1_024
    /// What is sent again goes in writes of about so many octets: as large as a socket's buffer takes at once.
    private static let resendChunk = 256 * 1_024

    private let settings: SyslogSettings
    private let group: any EventLoopGroup
    private var connection: StreamConnection?
    private var unconfirmed: [ByteBuffer] = []
    private var unconfirmedOctets = 0
    /// Whether the last connection ended in good order: the next one is not asked for the peer's opinion of our
    /// certificate, which takes a quarter of a second.
    private var isTrusted = false

    init(settings: SyslogSettings, group: any EventLoopGroup) {
        self.settings = settings
        self.group = group
    }

    /// Returns once our kernel has all of `buffer`. On a throw `buffer` is not kept and is to be brought again.
    func send(_ buffer: ByteBuffer) async throws(DeliveryFailure) {
        do {
            let connection = try await standingConnection()
            try await connection.send(buffer)
        } catch {
            await abandonConnection()
            throw failure(error)
        }
        let count = unconfirmed.count
        unconfirmed.append(buffer)
        unconfirmedOctets += buffer.readableBytes
        guard unconfirmedOctets >= Self.unconfirmedLimit else { return }
        do throws(DeliveryFailure) {
            try await confirm()
        } catch {
            // Or a peer that takes and never confirms would have us keep more and more.
            unconfirmed.removeLast(unconfirmed.count - count)
            unconfirmedOctets -= buffer.readableBytes
            throw error
        }
    }

    /// Returns once the peer's program has read everything that was sent; the connection has ended then. Sends again
    /// first what went by a connection that ended otherwise.
    func confirm() async throws(DeliveryFailure) {
        guard !unconfirmed.isEmpty else { return }
        do {
            try await standingConnection().finish()
            connection = nil
            unconfirmed = []
            unconfirmedOctets = 0
            isTrusted = true
        } catch {
            await abandonConnection()
            throw failure(error)
        }
    }

    /// Connects and ends the connection again.
    func probe() async throws(DeliveryFailure) {
        let connection: StreamConnection
        do {
            connection = try await open()
        } catch {
            throw failure(error)
        }
        // A peer that takes its time to close can be reached all the same.
        try? await connection.finish(within: StreamConnection.farewellTimeout)
    }

    /// Ends the connection, in good order where the peer does its part: an end that resets could take from it what it
    /// has not read.
    func close() async {
        guard let connection else { return }
        self.connection = nil
        try? await connection.finish(within: StreamConnection.farewellTimeout)
    }

    private func standingConnection() async throws -> StreamConnection {
        if let connection {
            if try await connection.end() == nil { return connection }
            await abandonConnection()
        }
        let connection = try await open()
        self.connection = connection
        try await resend(by: connection)
        return connection
    }

    private func resend(by connection: StreamConnection) async throws {
        var chunk = ByteBuffer()
        for buffer in unconfirmed {
            chunk.writeImmutableBuffer(buffer)
            guard chunk.readableBytes >= Self.resendChunk else { continue }
            try await connection.send(chunk)
            chunk = ByteBuffer()
        }
        if chunk.readableBytes > 0 { try await connection.send(chunk) }
    }

    private func abandonConnection() async {
        isTrusted = false
        guard let connection else { return }
        self.connection = nil
        await connection.close()
    }

    private func open() async throws -> StreamConnection {
        var tls: (context: NIOSSLContext, serverName: String?)?
        if case .tls(let settings) = settings.transport {
            tls = (try context(settings), serverName(settings))
        }
        return try await StreamConnection.open(
            host: settings.host, port: settings.port, tls: tls, awaitsVerdict: !isTrusted, group: group)
    }

    /// Made for each connection, so that renewed files are taken without a restart.
    private func context(_ settings: SyslogTLS) throws(DeliveryFailure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        var file = ""
        do {
            if let authority = settings.authority {
                file = authority
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
            }
            if let certificate = settings.certificate, let key = settings.key {
                file = certificate
                configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map {
                    .certificate($0)
                }
                file = key
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw DeliveryFailure(.tls, "\(file) cannot be used: \(NetworkFailure.text(error))")
        }
    }

    /// The name to ask for and to check. An address is checked as such and has no place in the handshake (RFC 6066 §3).
    private func serverName(_ tls: SyslogTLS) -> String? {
        let name = tls.serverName ?? settings.host
        return (try? SocketAddress(ipAddress: name, port: 0)) == nil ? name : nil
    }

    private func failure(_ error: any Error) -> DeliveryFailure {
        let scheme = if case .tls = settings.transport { "tls" } else { "tcp" }
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        return DeliveryFailure(
            NetworkFailure.reason(error), "\(scheme)://\(host):\(settings.port): \(NetworkFailure.text(error))")
    }
}
