import Basics
import Devices
import Dispatch
import Foundation
import Intake
import Logging
import SNMPWire
import Synchronization
import TestPeers
import Testing
import TraplineMetrics

@testable import Trapline

@Suite struct NameResolverTests {
    /// What was asked and found.
    private final class Record: Sendable {
        let asked = Mutex<[IPAddress]>([])
        let found = Mutex<[String]>([])
        let gate = DispatchSemaphore(value: 0)

        var askedCount: Int { asked.withLock { $0.count } }
        var foundNames: [String] { found.withLock { $0.sorted() } }
    }

    private let record = Record()
    private let metrics = MetricsRegistry()

    private func resolver(
        _ change: (inout NameResolver.Limits) -> Void = { _ in },
        _ lookUp: @escaping @Sendable (IPAddress) -> HostName.Answer
    ) -> NameResolver {
        var limits = NameResolver.Limits()
        limits.pause = 0
        change(&limits)
        let resolver = NameResolver(metrics: metrics, limits: limits) { [record] address in
            record.asked.withLock { $0.append(address) }
            return lookUp(address)
        } found: { [record] name, device in
            record.found.withLock { $0.append("\(device.id) is \(name)") }
        }
        resolver.replace(.dns)
        return resolver
    }

    private func devices(_ range: Range<UInt32>) -> [DeviceInventory.Nameless] {
        range.map { .init(id: "device \($0)", address: IPAddress(v4: 0x0a00_0000 + $0)) }
    }

    @Test func whatIsFoundIsTold() {
        let resolver = resolver { .name("host-\($0)") }
        resolver.ask(devices(1..<4))
        #expect(Poll.until { record.foundNames.count == 3 })
        #expect(record.foundNames.first == "device 1 is host-10.0.0.1")
        #expect(metrics.exposition().contains("trapline_name_lookups_total{outcome=\"found\"} 3"))
        resolver.stop()
    }

    @Test func aNameThatIsKnownIsNoNews() {
        let resolver = resolver { .name("host-\($0)") }
        var known = devices(1..<2)
        known[0].foundName = "host-10.0.0.1"
        resolver.ask(known)
        resolver.ask(devices(2..<3))
        #expect(Poll.until { record.askedCount == 2 && !record.foundNames.isEmpty })
        #expect(record.foundNames == ["device 2 is host-10.0.0.2"])
        resolver.stop()
    }

    @Test func devicesOfOneAddressAreOneQuestion() {
        let resolver = resolver({ $0.threads = 1 }) { _ in .name("nat") }
        let address = IPAddress(v4: 0x0a00_0001)
        resolver.ask((0..<10).map { .init(id: "\($0)", address: address) })
        #expect(Poll.until { record.foundNames.count == 10 })
        #expect(record.askedCount == 1)
        resolver.stop()
    }

    @Test func whoHasNoNameIsAskedAboutAgain() {
        let answers = Mutex(0)
        let resolver = resolver({ $0.age = 0.01 }) { _ in
            answers.withLock { count in
                count += 1
                return count < 3 ? .none : .name("late")
            }
        }
        resolver.ask(devices(1..<2))
        #expect(Poll.until { record.foundNames == ["device 1 is late"] })
        resolver.stop()
    }

    @Test func aServiceThatDoesNotAnswerHoldsUpNobody() {
        let resolver = resolver({
            $0.threads = 2
            $0.queue = 5
        }) { [record] address in
            if address.bits & 0xff == 1 { record.gate.wait() }
            return .name("host-\(address)")
        }
        resolver.ask(devices(1..<2))
        #expect(Poll.until { record.askedCount == 1 })
        // The other thread goes on.
        resolver.ask(devices(2..<5))
        #expect(Poll.until { record.foundNames.count == 3 })
        // Now both hang: the queue fills up, and no call waits.
        resolver.ask([.init(id: "x", address: IPAddress(v4: 0x0b00_0001))])
        #expect(Poll.until { record.askedCount == 5 })
        resolver.ask(devices(5..<100))
        #expect(resolver.room == 0)
        resolver.ask(devices(100..<200))
        resolver.stop()
        #expect(resolver.room == 0)
        record.gate.signal()
        record.gate.signal()
        // What comes after the stop is nobody's.
        #expect(Poll.until { record.askedCount == 5 })
        #expect(record.foundNames.count == 3)
    }

    @Test func nobodyIsAskedWhereNamesAreNotWanted() {
        let resolver = resolver { _ in .name("x") }
        resolver.replace(.off)
        #expect(resolver.room == 0)
        resolver.ask(devices(1..<10))
        resolver.replace(.dns)
        #expect(resolver.room > 0)
        resolver.ask(devices(20..<21))
        #expect(Poll.until { record.foundNames == ["device 20 is x"] })
        #expect(record.askedCount == 1)
        resolver.stop()
    }

    // MARK: - In the server

    private func server(
        _ folder: TemporaryFolder, _ lookUp: @escaping @Sendable (IPAddress) -> HostName.Answer
    ) throws -> TraplineServer {
        let file = try folder.write(
            """
            listen: {traps: ["127.0.0.1:0"]}
            data: \(folder.file("data"))
            devices: {names: dns}
            sinks: {archive: {file: {to: \(folder.file("events"))}}}
            """, to: "trapline.yaml")
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        return try TraplineServer(
            LoadedConfiguration.load(file: file), logger: quiet, metrics: metrics, lookUpName: lookUp)
    }

    private func names(_ folder: TemporaryFolder) -> [String] {
        ((try? String(contentsOfFile: folder.file("events"), encoding: .utf8)) ?? "").split(separator: "\n")
            .compactMap { line in
                let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                let device = object?["device"] as? [String: Any]
                return device?["id"] as? String == "127.0.0.1" ? device?["name"] as? String : nil
            }
    }

    /// While the name service hangs, events go their way under the address; then under the name.
    @Test func aDeviceHasItsNameOnceItIsFound() async throws {
        let folder = try TemporaryFolder()
        let server = try server(folder) { [record] _ in
            record.gate.wait()
            return .name("gateway-1.example.net")
        }
        let run = Task { try await server.run() }
        #expect(await Poll.eventually(seconds: 20) { server.endpoints.count == 1 })
        let sender = try UDPSender(to: try #require(server.endpoints.first?.endpoint))
        for count in 1...3 {
            try sender.send(UDPTestSend.marked)
            #expect(await Poll.eventually(seconds: 20) { names(folder).count == count })
        }
        #expect(Set(names(folder)) == ["127.0.0.1"])
        record.gate.signal()
        #expect(
            try await Poll.eventually(seconds: 30) {
                try sender.send(UDPTestSend.marked)
                return names(folder).last == "gateway-1.example.net"
            })
        run.cancel()
        _ = await run.result
    }

    @Test func aStopDoesNotWaitForANameService() async throws {
        let folder = try TemporaryFolder()
        let server = try server(folder) { [record] address in
            record.asked.withLock { $0.append(address) }
            record.gate.wait()
            return .failed
        }
        let run = Task { try await server.run() }
        #expect(await Poll.eventually(seconds: 20) { server.endpoints.count == 1 })
        try UDPSender(to: try #require(server.endpoints.first?.endpoint)).send(UDPTestSend.marked)
        #expect(await Poll.eventually(seconds: 20) { record.askedCount == 1 })
        run.cancel()
        _ = await run.result
        #expect(names(folder).count == 1)
        record.gate.signal()
    }
}
