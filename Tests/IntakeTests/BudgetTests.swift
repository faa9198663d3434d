import Basics
import Glibc
import Journal
import SNMPWire
import Synchronization
import Testing
import TraplineMetrics

@testable import Intake

/// Senders over their budget, through real sockets.
@Suite struct BudgetTests {
    /// So slow that no test sees a token come back.
    private func access(burst: Int, off: [String] = [], relays: [String] = []) throws -> AccessSettings {
        let networks = try off.map { BudgetSettings.Exception(network: try #require(Network($0)), allowance: nil) }
        let allowance = BudgetSettings.Allowance(rate: 1, burst: burst)
        return AccessSettings(
            budget: BudgetSettings(
                allowance: allowance, networks: networks, relays: try relays.map { try #require(Network($0)) }))
    }

    private func sender(_ host: UInt32, to endpoint: Endpoint) throws -> UDPSender {
        try UDPSender(to: endpoint, from: Endpoint(IPAddress(v4: 0x7f00_0000 + host), port: 0))
    }

    private func address(_ host: UInt32) -> IPAddress { IPAddress(v4: 0x7f00_0000 + host) }

    @Test func oneSendersStormIsRefusedAndTheOthersAreNot() throws {
        let bench = try Bench(access: try access(burst: 30, off: ["127.0.0.9"]))
        let endpoint = try bench.endpoint()
        for _ in 0..<100 { try sender(1, to: endpoint).send(Wire.trap()) }
        // What is no SNMP costs its sender a token too, and over the budget nobody looks at it.
        for _ in 0..<40 { try sender(2, to: endpoint).send([1, 2, 3]) }
        for _ in 0..<100 { try sender(9, to: endpoint).send(Wire.trap()) }
        for _ in 0..<5 { try sender(3, to: endpoint).send(Wire.trap()) }
        #expect(bench.received(245))
        bench.intake.stop()
        let accounts = bench.accounts
        // A second may have passed, and a token come back.
        let refused = try #require(accounts.refused[.overBudget])
        #expect((70...80).contains(refused), "\(refused)")
        #expect(accounts.journaled + refused + (accounts.refusedTotal - refused) == 245 && accounts.isBalanced)
        let hosts = Dictionary(grouping: bench.journal.entries, by: \.sender.address).mapValues(\.count)
        #expect((30...35).contains(hosts[address(1)] ?? 0))
        #expect(hosts[address(9)] == 100 && hosts[address(3)] == 5 && hosts[address(2)] == nil)
        #expect(
            bench.metrics.exposition().contains(
                "trapline_datagrams_refused_total{listener=\"traps\",reason=\"over-budget\"} \(refused)\n"))
    }

    @Test func aStormOfOneDeviceBehindARelayIsNotTheOthers() throws {
        func trap(of device: UInt32) -> [UInt8] {
            let notification = SNMPNotification(
                version: .v2c, community: ArraySlice("public".utf8), trapOID: .enterprises, uptime: 1,
                variables: [VariableBinding(name: .snmpTrapAddressInstance, value: .ipAddress(device))])
            let pdu = notification.v2PDU(kind: .trap, requestID: 1)
            return CommunityMessage(version: .v2c, community: notification.community, pdu: .standard(pdu)).encode()
        }
        let bench = try Bench(access: try access(burst: 30, relays: ["127.0.0.1"]))
        let endpoint = try bench.endpoint()
        let (relay, other) = (try sender(1, to: endpoint), try sender(2, to: endpoint))
        for _ in 0..<100 {
            try relay.send(trap(of: 7))
            try other.send(trap(of: 7))
        }
        for device in UInt32(8)..<28 { try relay.send(trap(of: device)) }
        // Who is no relay has one budget, whatever it says.
        for device in UInt32(8)..<28 { try other.send(trap(of: device)) }
        #expect(bench.received(240))
        bench.intake.stop()
        let hosts = Dictionary(grouping: bench.journal.entries, by: \.sender.address).mapValues(\.count)
        // A second may have passed, and a token come back.
        #expect((50...55).contains(hosts[address(1)] ?? 0), "\(hosts)")
        #expect((30...35).contains(hosts[address(2)] ?? 0), "\(hosts)")
    }

    @Test func aStormIsToldOnceAndItsEndOnce() throws {
        let bench = try Bench(access: try access(burst: 10))
        let storm = try sender(1, to: bench.endpoint())
        for _ in 0..<60 { try storm.send(Wire.trap()) }
        #expect(bench.received(60))
        let refused = try #require(bench.accounts.refused[.overBudget])
        #expect(bench.metrics.exposition().contains("trapline_senders_over_budget{listener=\"traps\"} 1\n"))
        #expect(bench.intake.takeNews() == [.overBudget(listener: "traps", sender: address(1), refused: refused)])
        for _ in 0..<60 { try storm.send(Wire.trap()) }
        #expect(bench.received(120))
        #expect(bench.intake.takeNews() == [])
        let lines = bench.log.all.filter { $0.contains("budget") }
        #expect(lines.count == 1 && lines[0].contains("from 127.0.0.1"), "\(lines)")
        bench.intake.stop()
        let total = try #require(bench.accounts.refused[.overBudget])
        #expect(bench.intake.takeNews() == [.withinBudget(listener: "traps", sender: address(1), refused: total)])
        #expect(bench.intake.takeNews() == [])
        #expect(bench.metrics.exposition().contains("trapline_senders_over_budget{listener=\"traps\"} 0\n"))
    }

    @Test func theEndOfAStormIsLogged() throws {
        let bench = try Bench(access: try access(burst: 10))
        let storm = try sender(1, to: bench.endpoint())
        for _ in 0..<60 { try storm.send(Wire.trap()) }
        #expect(bench.received(60))
        let refused = try #require(bench.accounts.refused[.overBudget])
        for _ in 0..<SendersOverBudget.quietLooks { _ = bench.intake.takeNews() }
        #expect(!bench.log.all.contains { $0.contains("within the budget") })
        #expect(bench.intake.takeNews() == [.withinBudget(listener: "traps", sender: address(1), refused: refused)])
        bench.intake.stop()
        let lines = bench.log.all.filter { $0.contains("within the budget again, after \(refused) refused datagrams") }
        #expect(lines.count == 1 && lines[0].contains("from 127.0.0.1"), "\(bench.log.all)")
    }

    @Test func anInformOverTheBudgetGoesUnansweredAndARepeatCostsATokenToo() throws {
        let bench = try Bench(access: try access(burst: 2))
        defer { bench.intake.stop() }
        let device = try sender(1, to: bench.endpoint())
        for _ in 0..<2 { #expect(try device.request(Wire.inform(requestID: 7), timeout: .seconds(20)) != nil) }
        for _ in 0..<20 { try device.send(Wire.inform(requestID: 8)) }
        #expect(bench.received(22))
        // At most those for which a token came back meanwhile.
        #expect((bench.accounts.refused[.overBudget] ?? 0) >= 15)
        #expect(bench.accounts.duplicate >= 1 && bench.accounts.isBalanced)
        #expect(bench.journal.entries.count <= 2)
    }

    @Test func aNetworkThatMayNotSendHasNoBudget() throws {
        var access = try access(burst: 3)
        access.sources = [Network("127.0.0.1")].compactMap { $0 }
        let bench = try Bench(access: access)
        let other = try sender(2, to: bench.endpoint())
        for _ in 0..<20 { try other.send(Wire.trap()) }
        #expect(bench.received(20))
        bench.intake.stop()
        #expect(bench.accounts.refused[.source] == 20 && bench.accounts.refused[.overBudget] == 0)
    }

    @Test func aReloadChangesBudgets() throws {
        let bench = try Bench(access: try access(burst: 5))
        defer { bench.intake.stop() }
        let device = try sender(1, to: bench.endpoint())
        for _ in 0..<50 { try device.send(Wire.trap()) }
        #expect(bench.received(50))
        let refused = try #require(bench.accounts.refused[.overBudget])
        #expect(refused >= 40)
        bench.intake.replaceAccess(AccessSettings(budget: .off))
        for _ in 0..<50 { try device.send(Wire.trap()) }
        #expect(bench.received(100))
        #expect(bench.accounts.refused[.overBudget] == refused)
    }

    @Test func theKernelsDropsAreToldOnceASecondWithTheirInterval() throws {
        let before = Timestamp.now
        let bench = try Bench(receiveBuffer: 16 * 1_024)
        #expect(bench.intake.takeNews() == [])
        let after = Timestamp.now
        bench.journal.stall(true)
        let sender = try UDPSender(to: bench.endpoint())
        for _ in 0..<500 { try sender.send(Wire.trap()) }
        let news = bench.intake.takeNews()
        guard case .kernelDrops("traps", let datagrams, let since)? = news.first, news.count == 1 else {
            Issue.record("\(news)")
            return
        }
        #expect(datagrams > 0 && before <= since && since <= after)
        #expect(bench.intake.takeNews() == [])
        // Read at a scrape, told all the same.
        for _ in 0..<200 { try sender.send(Wire.trap()) }
        #expect((bench.intake.kernelDrops["traps"] ?? 0) > datagrams)
        #expect(bench.intake.takeNews().count == 1)
        bench.journal.stall(false)
        bench.intake.stop()
        let told = bench.intake.kernelDrops["traps"] ?? 0
        #expect(bench.accounts.received + told == 700)
    }

    /// What was sent before a stop is taken, judged and accounted for, whatever stood in the sockets.
    @Test func aStopDrainsWithBudgets() throws {
        let bench = try Bench(threads: 2, access: try access(burst: 10))
        bench.journal.stall(true)
        let endpoint = try bench.endpoint()
        for host in 1...10 as ClosedRange<UInt32> {
            let sender = try sender(host, to: endpoint)
            for _ in 0..<20 { try sender.send(Wire.trap()) }
        }
        bench.journal.stall(false)
        bench.intake.stop()
        #expect(bench.accounts.received == 200 && bench.accounts.inFlight == 0 && bench.accounts.isBalanced)
        let refused = bench.accounts.refused[.overBudget] ?? 0
        #expect((50...100).contains(refused) && bench.accounts.journaled == 200 - refused)
        #expect(bench.intake.takeNews().count == 20, "each of the ten begins and ends")
    }
}
