internal import Foundation
internal import NIOCore
internal import NIOSSL

/// What a syslog sink sends over TCP or TLS: one connection, opened when it is first needed, kept, and opened anew after
/// its end.
///
/// What the peer's kernel has taken is kept here until it is confirmed, by an orderly end of the connection: after any
/// other end it is sent again, before anything newer. So a peer that is restarted gets everything in order, some of it
/// perhaps twice (each message bears its event's number).
actor SyslogStream {
    /// Octets kept for want of confirmation. At this many the connection is closed in good order, which confirms them;
    /// it bounds both the memory and what may come twice.
    static let unconfirmedLimit = 8 * 1_024 * 1_024

    private let settings: SyslogSettings
    private let group: any EventLoopGroup
    private var connection: StreamConnection?
    private var unconfirmed: [ByteBuffer] = []

    init(settings: SyslogSettings, group: any EventLoopGroup) {
        self.settings = settings
        self.group = group
    }

    /// Returns once the peer's kernel has all of `buffer`.
    func send(_ buffer: ByteBuffer) async throws(DeliveryFailure) {
        do {
            let connection = try await standingConnection()
            try await connection.send(buffer)
        } catch {
            await abandonConnection()
            throw failure(error)
        }
        unconfirmed.append(buffer)
        if unconfirmed.reduce(0, { $0 + $1.readableBytes }) >= Self.unconfirmedLimit { await finish() }
    }

    /// Connects and ends the connection again.
    func probe() async throws(DeliveryFailure) {
        do {
            _ = await (try open()).finish()
        } catch {
            throw failure(error)
        }
    }

    /// Ends the connection in good order, which confirms what was sent.
    func finish() async {
        guard let connection else { return }
        self.connection = nil
        if await connection.finish() { unconfirmed = [] }
    }

    private func standingConnection() async throws -> StreamConnection {
        if let connection {
            switch try await connection.end() {
            case nil: return connection
            case .orderly?: unconfirmed = []
            case .broken?: break
            }
            self.connection = nil
            await connection.close()
        }
        let connection = try await open()
        self.connection = connection
        for buffer in unconfirmed { try await connection.send(buffer) }
        return connection
    }

    private func abandonConnection() async {
        guard let connection else { return }
        self.connection = nil
        // An orderly end in the midst of a batch: what went before it was read.
        if case .orderly? = try? await connection.end() { unconfirmed = [] }
        await connection.close()
    }

    private func open() async throws -> StreamConnection {
        var tls: (context: NIOSSLContext, serverName: String?)?
        if case .tls(let settings) = settings.transport {
            tls = (try context(settings), serverName(settings))
        }
        return try await StreamConnection.open(host: settings.host, port: settings.port, tls: tls, group: group)
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
