import Basics
import Captures
import Foundation
import Glibc
import Journal
import Logging
import TraplineMetrics
import SNMPWire
import Synchronization
import Testing
import TestPeers

@testable import Intake

@Suite struct DatagramIntakeTests {
    private static let linkDown = [
        "", "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.2.2.1.1.7", "i", "7", "1.3.6.1.2.1.1.5.0", "s", "branch-4",
    ]

    /// Calls net-snmp's client for `endpoint`, without any MIB.
    private func snmp(
        _ program: String, _ version: [String], to endpoint: Endpoint, community: String = "public",
        patience: [String] = ["-t", "10", "-r", "1"]
    ) throws -> Command.Output {
        let peer = (endpoint.address.family == .v6 ? "udp6:" : "udp:") + endpoint.description
        return try Command.run(
            program, version + ["-c", community, "-m", ""] + patience + [peer] + Self.linkDown)
    }

    // MARK: Receiving

    @Test(arguments: ["127.0.0.1:0", "[::1]:0", "0.0.0.0:0", "[::]:0", "127.0.0.2:0"])
    func aRealTrapIsJournaledAsItCame(text: String) throws {
        let endpoint = try #require(Endpoint(text))
        let bench = try Bench([endpoint])
        defer { bench.intake.stop() }
        let port = try bench.endpoint().port
        #expect(port != 0)
        let address =
            endpoint.address.isUnspecified
            ? (endpoint.address.family == .v4 ? Endpoint.loopback() : .loopback6()).address : endpoint.address
        let target = Endpoint(address, port: port)
        let output = try snmp("snmptrap", ["-v2c"], to: target)
        #expect(output.status == 0, "\(output.standardError)")
        #expect(bench.received(1))
        let entry = try #require(bench.journal.entries.first)
        #expect(entry.interface == "traps")
        #expect(entry.receiver == target)
        #expect(entry.sender.address.family == address.family)
        #expect(try SNMPNotification.decode(entry.payload).trapOID.description == "1.3.6.1.6.3.1.1.5.3")
        #expect(bench.accounts.journaled == 1 && bench.accounts.isBalanced)
    }

    @Test(arguments: ["127.0.0.1", "127.0.0.2", "::1"])
    func aRealInformIsAcknowledged(address: String) throws {
        let address = try #require(IPAddress(address))
        let wildcard = address.family == .v4 ? IPAddress(v4: 0) : IPAddress(v6: 0)
        let bench = try Bench([Endpoint(wildcard, port: 0)])
        defer { bench.intake.stop() }
        let output = try snmp("snmpinform", ["-v2c"], to: Endpoint(address, port: try bench.endpoint().port))
        #expect(output.status == 0, "\(output.standardError)")
        #expect(bench.accounts.journaled == 1)
        #expect(bench.metrics.exposition().contains("trapline_informs_acknowledged_total{listener=\"traps\"} 1\n"))
    }

    @Test func severalListenersAndAddressesEachUnderTheirName() throws {
        let journal = MemoryJournal()
        let intake = DatagramIntake(
            listeners: [
                ListenerSettings(name: "traps", endpoints: [.loopback(), .loopback6()]),
                ListenerSettings(name: "keep-alives", endpoints: [.loopback()], threads: 2),
            ], access: AccessSettings(), journal: journal, metrics: MetricsRegistry(), logger: LogLines().logger)
        try intake.start()
        defer { intake.stop() }
        let endpoints = intake.localEndpoints
        #expect(endpoints.map(\.listener) == ["traps", "traps", "keep-alives"])
        #expect(endpoints.map(\.endpoint.address) == [.loopback(), .loopback6(), .loopback()].map(\Endpoint.address))
        for (_, endpoint) in endpoints { try UDPSender(to: endpoint).send(Wire.trap()) }
        #expect(eventually { journal.entries.count == 3 })
        for (listener, endpoint) in endpoints {
            #expect(journal.entries.filter { $0.receiver == endpoint }.map(\.interface) == [listener])
        }
        #expect(intake.accounts["traps"]?.received == 2 && intake.accounts["keep-alives"]?.received == 1)
    }

    @Test func severalThreadsTakeASharedOutLoadWithoutLoss() throws {
        let bench = try Bench(threads: 2)
        let endpoint = try bench.endpoint()
        #expect(bench.intake.localEndpoints.count == 1)
        for host in 1...50 as ClosedRange<UInt32> {
            let sender = try UDPSender(to: endpoint, from: Endpoint(IPAddress(v4: 0x7f02_0000 + host), port: 0))
            for _ in 0..<10 { try sender.send(Wire.trap()) }
        }
        #expect(bench.received(500))
        bench.intake.stop()
        #expect(bench.journal.entries.count == 500 && bench.accounts.journaled == 500)
    }

    /// The kernel gives a broadcast to each socket of the port, whatever shares them out.
    @Test(arguments: [1, 3])
    func aBroadcastIsTakenOnce(threads: Int) throws {
        let bench = try Bench([Endpoint(IPAddress(v4: 0), port: 0)], threads: threads)
        let trap = Wire.trap()
        var to = sockaddr_in()
        to.sin_family = sa_family_t(AF_INET)
        to.sin_port = try bench.endpoint().port.bigEndian
        to.sin_addr.s_addr = inet_addr("127.255.255.255")
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var on: Int32 = 1
        #expect(setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &on, socklen_t(MemoryLayout<Int32>.size)) == 0)
        let sent = withUnsafePointer(to: &to) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, trap, trap.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(sent == trap.count)
        bench.intake.stop()
        #expect(bench.journal.entries.map(\.payload) == [trap])
        #expect(bench.accounts.received == 1 && bench.accounts.isBalanced)
    }

    // MARK: Starting

    @Test(arguments: [1, 2])
    func aSecondServerOnThePortDoesNotStart(threads: Int) throws {
        let bench = try Bench(threads: threads)
        defer { bench.intake.stop() }
        let taken = try bench.endpoint()
        let error = #expect(throws: IntakeError.self) { _ = try Bench([taken], threads: 2) }
        #expect(error?.endpoint == taken && error?.reason == .inUse)
    }

    @Test func allAddressesAreBoundOrNone() throws {
        let first = try Bench()
        defer { first.intake.stop() }
        let free = try Bench([.loopback6()])
        let freed = try free.endpoint()
        free.intake.stop()
        #expect(throws: IntakeError.self) { _ = try Bench([freed, try first.endpoint()]) }
        // Given back, although the other could not be had.
        let again = try Bench([freed])
        again.intake.stop()
    }

    @Test func twoListenersOnOneAddressAreToldApartFromAnotherProgram() throws {
        let free = try Bench()
        let port = try free.endpoint().port
        free.intake.stop()
        let intake = DatagramIntake(
            listeners: [
                ListenerSettings(name: "traps", endpoints: [.loopback(port)]),
                ListenerSettings(name: "keep-alives", endpoints: [.loopback(port)]),
            ], access: AccessSettings(), journal: MemoryJournal(), metrics: MetricsRegistry(), logger: LogLines().logger
        )
        let error = #expect(throws: IntakeError.self) { try intake.start() }
        #expect(error?.listener == "keep-alives" && error?.reason == .listedTwice("traps"))
    }

    @Test func whatItReceivesOnIsLogged() throws {
        let bench = try Bench(receiveBuffer: 100_000)
        bench.intake.stop()
        #expect(bench.log.all.contains { $0.contains("receives on 127.0.0.1:") && $0.contains("buffer 100000 octets") })
        #expect(bench.log.all.contains { $0.contains("Any community from any sender") })
    }

    // MARK: Access

    @Test func eachRefusalIsCountedUnderItsReasonAndNamedWithoutTheCommunity() throws {
        let access = AccessSettings(
            communities: [Community(name: "fleet", value: Secret("right-one"))],
            sources: ["127.0.0.0/24", "::1"].compactMap { Network($0) })
        let bench = try Bench(access: access)
        let endpoint = try bench.endpoint()
        let sender = try UDPSender(to: endpoint)
        try sender.send(Wire.trap(community: "right-one"))
        try sender.send(Wire.trap(community: "wrong-one"))
        try sender.send(Wire.inform(requestID: 1, community: "wrong-one"))
        try sender.send(Wire.get(community: "right-one"))
        try sender.send(Wire.v3)
        try sender.send([])
        try sender.send(Array("hello, syslog here".utf8))
        try UDPSender(to: endpoint, from: Endpoint(IPAddress(v4: 0x7f00_0101), port: 0))
            .send(Wire.trap(community: "right-one"))
        #expect(bench.received(8))
        #expect(try sender.receive(timeout: .milliseconds(50)) == nil, "a refused inform was answered")
        bench.intake.stop()
        let refused = bench.accounts.refused.filter { $0.value > 0 }
        #expect(refused[.community] == 2)
        #expect(refused[.source] == 1)
        #expect(refused[.malformed(.notANotification)] == 1)
        #expect(refused[.security("v3-unknown-user")] == 1)
        #expect(bench.accounts.refusedTotal == 7 && bench.accounts.journaled == 1)
        let text = bench.metrics.exposition()
        #expect(text.contains("trapline_datagrams_refused_total{listener=\"traps\",reason=\"community\"} 2\n"))
        #expect(text.contains("trapline_datagrams_refused_total{listener=\"traps\",reason=\"v3-unknown-user\"} 1\n"))
        let log = bench.log.all.joined(separator: "\n")
        #expect(log.contains("from \(try #require(sender.localEndpoint)) to \(endpoint): its community is none of"))
        #expect(log.contains("127.0.1.1:"))
        #expect(!log.contains("right-one") && !log.contains("wrong-one"))
    }

    @Test func aRealClientWithTheWrongCommunityGetsNoAnswer() throws {
        let bench = try Bench(access: AccessSettings(communities: [Community(name: nil, value: Secret("right"))]))
        defer { bench.intake.stop() }
        let endpoint = try bench.endpoint()
        let refused = try snmp(
            "snmpinform", ["-v2c"], to: endpoint, community: "wrong", patience: ["-t", "0.1", "-r", "0"])
        #expect(refused.status != 0)
        #expect(bench.accounts.refused[.community] == 1)
        #expect(try snmp("snmpinform", ["-v2c"], to: endpoint, community: "right").status == 0)
    }

    @Test func accessCanBeSwappedWhileItRuns() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let sender = try UDPSender(to: bench.endpoint())
        try sender.send(Wire.trap())
        #expect(bench.received(1))
        bench.intake.replaceAccess(AccessSettings(communities: []))
        try sender.send(Wire.trap())
        #expect(bench.received(2))
        bench.intake.replaceAccess(AccessSettings())
        try sender.send(Wire.trap())
        #expect(bench.received(3))
        #expect(bench.accounts.journaled == 2 && bench.accounts.refused[.community] == 1)
    }

    // MARK: Accounting

    /// The sum of a scrape's families for this intake.
    private func sum(_ exposition: String, _ families: [String]) -> Int {
        exposition.split(separator: "\n").reduce(0) { total, line in
            guard let brace = line.firstIndex(of: "{"), families.contains(String(line[..<brace])),
                let value = line.split(separator: " ").last.flatMap({ Int($0) })
            else { return total }
            return total + value
        }
    }

    @Test func theSumHoldsAtEveryMomentUnderHostileBytes() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let bench = try Bench(
            access: AccessSettings(communities: [Community(name: nil, value: Secret("public"))]))
        let sender = try UDPSender(to: bench.endpoint())
        let good = [Wire.trap(), Wire.inform(requestID: 9), Wire.get(), Wire.v3]
        let parts =
            ["journaled", "refused", "failed", "answered", "duplicate"]
            .map { "trapline_datagrams_\($0)_total" } + ["trapline_datagrams_in_flight"]
        let total = 6_000
        for number in 0..<total {
            var datagram: [UInt8]
            if Bool.random(using: &random) {
                datagram = good[Int.random(in: 0..<good.count, using: &random)]
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let place = Int.random(in: 0..<datagram.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: datagram[place] = .random(in: 0...255, using: &random)
                    case 1: datagram.remove(at: place)
                    default: datagram.insert(.random(in: 0...255, using: &random), at: place)
                    }
                    if datagram.isEmpty { datagram = [0] }
                }
            } else {
                let count = Int.random(in: 0..<300, using: &random)
                datagram = (0..<count).map { _ in .random(in: 0...255, using: &random) }
            }
            switch number % 1_000 {
            case 300: bench.journal.hold()
            case 500: bench.journal.release()
            case 600: bench.journal.fail(MemoryJournal.full)
            case 800: bench.journal.fail(nil)
            default: break
            }
            try sender.send(datagram)
            if number % 100 == 99 {
                // As many as the receive buffer surely holds.
                #expect(bench.received(number + 1), "seed \(seed)")
            }
            if number % 10 == 0 {
                #expect(bench.accounts.isBalanced, "seed \(seed)")
                let scrape = bench.metrics.exposition()
                #expect(
                    sum(scrape, ["trapline_datagrams_received_total"]) == sum(scrape, parts), "seed \(seed)")
            }
        }
        #expect(bench.received(total), "seed \(seed)")
        bench.intake.stop()
        let accounts = bench.accounts
        #expect(accounts.received == total && accounts.inFlight == 0 && accounts.isBalanced, "seed \(seed)")
        #expect(accounts.refusedTotal > total / 2, "seed \(seed)")
    }

    @Test func whatTheKernelDropsWhileTheReaderIsStoppedIsSeen() throws {
        let bench = try Bench(receiveBuffer: 16 * 1_024)
        bench.journal.stall(true)
        let sender = try UDPSender(to: bench.endpoint())
        let sent = 500
        for _ in 0..<sent { try sender.send(Wire.trap()) }
        #expect((bench.intake.kernelDrops["traps"] ?? 0) > 0, "not before the reader goes on")
        #expect(!bench.metrics.exposition().contains("trapline_kernel_drops_total{listener=\"traps\"} 0\n"))
        bench.journal.stall(false)
        bench.intake.stop()
        let drops = bench.intake.kernelDrops["traps"] ?? 0
        #expect(bench.accounts.received + drops == sent)
        #expect(bench.metrics.exposition().contains("trapline_kernel_drops_total{listener=\"traps\"} \(drops)\n"))
    }

    // MARK: Stopping

    @Test func stoppingTakesWhatTheSocketsHold() throws {
        let bench = try Bench()
        bench.journal.stall(true)
        let sender = try UDPSender(to: bench.endpoint())
        // What fits into the receive buffer that any user is given.
        for _ in 0..<200 { try sender.send(Wire.trap()) }
        #expect(bench.journal.entries.isEmpty)
        bench.journal.stall(false)
        bench.intake.stop()
        #expect(bench.accounts.received == 200 && bench.accounts.journaled == 200)
        #expect(bench.journal.entries.count == 200)
        #expect(bench.intake.localEndpoints.isEmpty)
    }

    private final class Ending: Sendable {
        let isReached = Atomic(false)
    }

    @Test func stoppingWaitsForWhatIsInFlightAndAnswersIt() throws {
        let bench = try Bench()
        bench.journal.hold()
        let endpoint = try bench.endpoint()
        let sender = try UDPSender(to: endpoint)
        try sender.send(Wire.inform(requestID: 7))
        #expect(eventually { bench.journal.entries.count == 1 })
        let intake = bench.intake
        let end = Ending()
        let thread = try PlainThread(name: "stop") {
            intake.stop()
            end.isReached.store(true, ordering: .relaxed)
        }
        pause(milliseconds: 50)
        let wasHasty = end.isReached.load(ordering: .relaxed)
        #expect(!wasHasty)
        bench.journal.release()
        thread.join()
        #expect(try sender.receive(timeout: .seconds(20)) != nil)
        #expect(bench.accounts.journaled == 1 && bench.accounts.inFlight == 0)
    }

    @Test func aJournalThatNeverAnswersDoesNotHoldUpTheEnd() throws {
        let bench = try Bench(limits: IntakeLimits(drain: .milliseconds(20)))
        bench.journal.hold()
        try UDPSender(to: bench.endpoint()).send(Wire.trap())
        #expect(eventually { bench.journal.entries.count == 1 })
        bench.intake.stop()
        #expect(bench.accounts.inFlight == 1 && bench.accounts.isBalanced)
        #expect(bench.log.all.contains { $0.contains("1 datagrams are with the journal") })
        bench.journal.release()
        #expect(bench.accounts.journaled == 1)
    }

    // MARK: With the real journal

    @Test func throughTheRealJournalToAPacketToolsFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "trapline-intake-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let journal = try JournalWriter(
            folder: folder.path(percentEncoded: false), settings: JournalSettings(), interfaces: ["traps"])
        let intake = DatagramIntake(
            listeners: [ListenerSettings(name: "traps", endpoints: [.loopback(), .loopback6()])],
            access: AccessSettings(), journal: journal, metrics: MetricsRegistry(), logger: LogLines().logger)
        try intake.start()
        for (_, endpoint) in intake.localEndpoints {
            #expect(try snmp("snmpinform", ["-v2c"], to: endpoint).status == 0)
            #expect(try snmp("snmptrap", ["-v2c"], to: endpoint).status == 0)
        }
        #expect(eventually { intake.accounts["traps"]?.journaled == 4 })
        let endpoints = intake.localEndpoints.map(\.endpoint)
        intake.stop()
        #expect(intake.accounts["traps"]?.journaled == 4)
        journal.close()
        var reader = try JournalReader(folder: folder.path(percentEncoded: false), from: nil)
        let records = try reader.read(upTo: journal.committed, limit: 10)
        #expect(records.map(\.entry.receiver) == [endpoints[0], endpoints[0], endpoints[1], endpoints[1]])
        #expect(records.allSatisfy { $0.entry.interface == "traps" })
        let kinds = try records.map { try NotificationView.check($0.entry.payload).kind }
        #expect(kinds == [.informRequest, .trapV2, .informRequest, .trapV2])
    }
}
