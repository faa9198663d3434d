public import Basics
import Foundation
import Hummingbird
import NIOCore
public import Logging
public import TraplineMetrics
public import ServiceLifecycle

/// The HTTP side of the server: `/metrics` for Prometheus and `/health` for whoever watches the watcher.
public struct PortalServer: Service {
    private let endpoint: Endpoint
    private let metrics: MetricsRegistry
    private let health: @Sendable () -> Health
    private let onStart: @Sendable (Endpoint) -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - health: Asked at each request.
    ///   - onStart: Told the endpoint really bound, once it is (port 0 asks for any).
    public init(
        endpoint: Endpoint, metrics: MetricsRegistry, health: @escaping @Sendable () -> Health, logger: Logger,
        onStart: @escaping @Sendable (Endpoint) -> Void = { _ in }
    ) {
        self.endpoint = endpoint
        self.metrics = metrics
        self.health = health
        self.logger = logger
        self.onStart = onStart
    }

    /// Serves until cancelled or shut down gracefully.
    /// - Throws: `PortalError`, as where the endpoint cannot be bound.
    public func run() async throws {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        let address = endpoint.address
        let application = Application(
            router: routes(),
            configuration: ApplicationConfiguration(
                address: .hostname("\(address)", port: Int(endpoint.port)), serverName: "trapline"),
            onServerRunning: { [onStart] channel in
                onStart(Endpoint(address, port: UInt16(channel.localAddress?.port ?? 0)))
            },
            logger: quiet)
        do {
            try await application.run()
        } catch let error as CancellationError {
            throw error
        } catch {
            let reason = (error as? IOError).map { "\(SystemError($0.errnoCode))" } ?? "\(error)"
            throw PortalError(endpoint: endpoint, reason: reason)
        }
    }

    private func routes() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("metrics") { [metrics] _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.exposition())))
        }
        router.get("health") { [health] _, _ in
            let report = health()
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return Response(
                status: report.status == .ok ? .ok : .serviceUnavailable, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(report))))
        }
        return router
    }
}

/// Why the portal cannot serve, with the key of the configuration that says where.
public struct PortalError: Error, Sendable, Hashable, CustomStringConvertible {
    public var endpoint: Endpoint
    public var reason: String

    public var description: String { "metrics: cannot be served at \(endpoint): \(reason)" }
}
