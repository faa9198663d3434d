import Basics
import Foundation
import Logging
import Portal
import Synchronization
import TestPeers
import Testing
import TraplineMetrics

@Suite struct PortalServerTests {
    private let loopback = IPAddress(v4: 0x7f00_0001)

    /// Serves for as long as `body` runs, which gets the endpoint bound.
    private func serving(
        _ health: Health, _ metrics: MetricsRegistry, _ body: (Endpoint) async throws -> Void
    ) async throws {
        let bound = Mutex<Endpoint?>(nil)
        try await withThrowingTaskGroup { group in
            let server = PortalServer(
                endpoint: Endpoint(loopback, port: 0), metrics: metrics, health: { health },
                logger: Logger(label: "test"), onStart: { endpoint in bound.withLock { $0 = endpoint } })
            group.addTask { try await server.run() }
            #expect(await Poll.eventually { bound.withLock { $0 } != nil })
            let endpoint = try #require(bound.withLock { $0 })
            try await body(endpoint)
            group.cancelAll()
            _ = await group.nextResult()
        }
    }

    /// The status and the body of a page.
    private func get(_ page: String, _ endpoint: Endpoint) throws -> (status: String, body: String) {
        let output = try Command.run("curl", ["-s", "-w", "\n%{http_code}", "http://\(endpoint)\(page)"]).text
        let end = try #require(output.lastIndex(of: "\n"))
        return (String(output[output.index(after: end)...]), String(output[..<end]))
    }

    @Test func metricsAreServedAsPrometheusReadsThem() async throws {
        let metrics = MetricsRegistry()
        metrics.counter("trapline_test_total", help: "A test.", labels: [("kind", "one")]).add(3)
        try await serving(Health(failures: []), metrics) { endpoint in
            let page = try get("/metrics", endpoint)
            #expect(page.status == "200")
            #expect(page.body.contains("# TYPE trapline_test_total counter\ntrapline_test_total{kind=\"one\"} 3"))
            #expect(try get("/nothing", endpoint).status == "404")
        }
    }

    @Test func aFailureIsServiceUnavailable() async throws {
        try await serving(Health(failures: ["journal: disk full"]), MetricsRegistry()) { endpoint in
            let page = try get("/health", endpoint)
            #expect(page.status == "503")
            #expect(page.body == #"{"problems":["journal: disk full"],"status":"failing"}"#)
        }
    }

    @Test func aPortInUseIsToldByItsAddress() async throws {
        try await serving(Health(failures: []), MetricsRegistry()) { endpoint in
            let second = PortalServer(
                endpoint: endpoint, metrics: MetricsRegistry(), health: { Health(failures: []) },
                logger: Logger(label: "test"))
            let error = await #expect(throws: PortalError.self) { try await second.run() }
            #expect(error?.description.contains("\(endpoint)") == true)
            #expect(error?.description.contains("Address already in use") == true, "\(String(describing: error))")
        }
    }
}
