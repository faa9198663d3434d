import Basics
import Foundation
import Logging
import Synchronization
import TestPeers
import Testing

@testable import Trapline

/// The server's end of the control socket, with clients that do not do their part.
@Suite struct ControlServerTests {
    private func server(_ folder: TemporaryFolder) -> ControlServer {
        ControlServer(folder: folder.path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
            request, _ in .done(request.sink ?? "")
        }
    }

    @Test func aRequestIsAnswered() throws {
        let folder = try TemporaryFolder()
        let server = server(folder)
        server.start()
        let client = try #require(try ControlSocket.connect(to: folder.path))
        #expect(client.write(ControlLine.encode(ControlRequest(.forgetSink, sink: "noc"))))
        let line = try #require(client.readLine())
        #expect(ControlLine.decode(line, as: ControlResponse.self) == .done("noc"))
        server.stop()
        #expect(try ControlSocket.connect(to: folder.path) == nil)
    }

    private final class Seen: Sendable {
        let octets = Mutex(0)
        let hasStopped = Mutex(false)
    }

    /// It would be waited for as long as it goes on.
    @Test func aClientThatNeverEndsItsLineHoldsNoStopUp() throws {
        let folder = try TemporaryFolder()
        let server = server(folder)
        server.start()
        let client = try #require(try ControlSocket.connect(to: folder.path))
        let seen = Seen()
        Thread.detachNewThread {
            while client.write([UInt8(ascii: "x")]), !seen.hasStopped.withLock({ $0 }) {
                seen.octets.withLock { $0 += 1 }
                Thread.sleep(forTimeInterval: 0.01)
            }
        }
        #expect(Poll.until { seen.octets.withLock { $0 } > 10 })
        Thread.detachNewThread {
            server.stop()
            seen.hasStopped.withLock { $0 = true }
        }
        // Less than a client has for its line.
        #expect(Poll.until(seconds: Double(ControlSocket.patience) / 2) { seen.hasStopped.withLock { $0 } })
    }
}
