import Basics
import Foundation
import Journal
import SNMPSecurity
import SNMPWire
import TestPeers
import Testing

@testable import Intake

/// What a server knows of the v3 messages that the one before it let in.
@Suite struct SecurityRecallTests {
    private static let sender = Endpoint(IPAddress(v4: 0x7f00_0001), port: 40_000)
    private let users = UserTable([V3Device.user, V3Device.user("lax", clock: .lenient)])
    private let own = V3Device.engine(200)

    private func entry(_ payload: [UInt8], age: Int64 = 0, from sender: Endpoint = Self.sender) -> JournalEntry {
        JournalEntry(
            time: Timestamp(nanoseconds: Timestamp.now.nanoseconds - age * 1_000_000_000), interface: "traps",
            sender: sender, receiver: .loopback(162), payload: payload)
    }

    private func engine(boots: Int32) -> OwnEngine {
        OwnEngine(id: own, boots: boots, started: Moment.now.monotonic)
    }

    /// The security of a server that starts with these entries in its journal, of which the store knows none.
    private func restarted(
        _ entries: [JournalEntry], knowsUnprocessed: Bool = true, clocks: [EngineClock] = [],
        mostMessages: Int = SecurityRecall.mostMessages, mostOctets: UInt64 = InformRecall.mostOctets,
        isDamaged: Bool = false
    ) throws -> (security: IncomingSecurity, recall: InformRecall) {
        let folder = try TemporaryFolder()
        let first = try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: ["traps"])
        let begin = first.committed
        first.append(entries)
        first.close()
        if isDamaged { try damage(folder) }
        let journal = try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: ["traps"])
        defer { journal.close() }
        let security = IncomingSecurity(
            engine: engine(boots: 6), users: users, timeliness: Timeliness(clocks))
        let recall = try InformRecall(
            journal: folder.path, before: journal.committed, now: .now, mostOctets: mostOctets,
            securityRecall: SecurityRecall(
                security, opener: NotificationOpener(users: users), unprocessed: knowsUnprocessed ? begin : nil,
                mostMessages: mostMessages))
        return (security, recall)
    }

    /// Overwrites the journal's last third but for its last octets.
    private func damage(_ folder: TemporaryFolder) throws {
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(".pcapng") })
        let path = URL(filePath: folder.file(name))
        var octets = [UInt8](try Data(contentsOf: path))
        let stretch = octets.count * 2 / 3..<octets.count - 400
        octets.replaceSubrange(stretch, with: repeatElement(0xff, count: stretch.count))
        try Data(octets).write(to: path)
    }

    private func refusal(_ datagram: [UInt8], _ security: IncomingSecurity) throws -> String? {
        let summary = try #require(try V3View.check(datagram))
        do throws(SecurityRefusal) {
            _ = try security.admit(datagram.span.bytes, summary, from: Self.sender.address, at: .now)
            return nil
        } catch {
            return error.label
        }
    }

    @Test func nothingIsTakenTwice() throws {
        var device = V3Device(1)
        let first = try device.trap()
        device.time += 20
        let second = try device.trap(requestID: 2)
        let sameSecond = try device.trap(requestID: 3)
        let (security, _) = try restarted([entry(first, age: 30), entry(second, age: 10)])
        #expect(try refusal(first, security) == "v3-replayed")
        #expect(try refusal(second, security) == "v3-replayed")
        // What was on its way when the server stopped is taken, though its time was told already.
        #expect(try refusal(sameSecond, security) == nil)
        device.boots = 2
        #expect(try refusal(device.trap(), security) == "v3-boots-went-back")
    }

    /// What does not fit into the memory, or was not read, cannot be told from a replay and is refused.
    @Test func nothingIsTakenTwiceBeyondTheLimits() throws {
        var device = V3Device(1)
        var traps: [[UInt8]] = []
        for number in 0..<20 as Range<Int32> {
            device.time = 1_000 + number
            traps.append(try device.trap(requestID: number))
        }
        // Another engine, whose only message lies where nobody reads any more; the store knows it.
        let other = try V3Device(2).trap()
        let clock = EngineClock(
            engine: V3Device.engine(2), latest: EngineReading(boots: 3, time: 1_000),
            updated: Timestamp(nanoseconds: Timestamp.now.nanoseconds - 30_000_000_000)
        ).restored(journalEnd: .now)
        let entries = [entry(other, age: 30)] + traps.enumerated().map { entry($1, age: 25 - Int64($0)) }
        func taken(_ mostMessages: Int, _ mostOctets: UInt64) throws -> Int {
            let (security, recall) = try restarted(
                entries, clocks: [clock], mostMessages: mostMessages, mostOctets: mostOctets)
            #expect((recall.limit == nil) == (mostOctets == InformRecall.mostOctets))
            let taken = try (traps + [other]).count { try refusal($0, security) == nil }
            // What comes a little later is taken all the same.
            device.time = 1_030
            #expect(try refusal(device.trap(requestID: 99), security) == nil)
            var second = V3Device(2)
            second.time = 1_045
            #expect(try refusal(second.trap(), security) == nil)
            return taken
        }
        #expect(try taken(SecurityRecall.mostMessages, InformRecall.mostOctets) == 0)
        #expect(try taken(5, InformRecall.mostOctets) == 0)
        #expect(try taken(SecurityRecall.mostMessages, 700) == 0)
    }

    /// The journal's order counts: an operator has trusted a clock with fewer boots, or the user is lenient.
    @Test func theLastBootsAreTheOnesThatCount() throws {
        var device = V3Device(1)
        let many = try device.trap()
        (device.boots, device.time) = (2, 10)
        let (security, _) = try restarted([entry(many, age: 30), entry(try device.trap(), age: 10)])
        #expect(security.withTimeliness { $0.clock(of: device.engine)?.latest } == EngineReading(boots: 2, time: 10))
        device.time = 25
        #expect(try refusal(device.trap(), security) == nil)
    }

    /// A journal that the pipeline is behind with holds clocks that the store does not know.
    @Test func clocksOfWhatIsNotProcessedAreKnown() throws {
        var device = V3Device(1)
        let old = try device.trap()
        (device.boots, device.time) = (4, 10)
        let new = try device.trap()
        let clock = EngineClock(
            engine: device.engine, latest: EngineReading(boots: 3, time: 900),
            updated: Timestamp(nanoseconds: Timestamp.now.nanoseconds - 600 * 1_000_000_000))
        let entries = [entry(old, age: 500), entry(new, age: 400)]
        let (security, _) = try restarted(entries, clocks: [clock])
        #expect(security.withTimeliness { $0.clock(of: device.engine)?.latest } == EngineReading(boots: 4, time: 10))
        #expect(try refusal(old, security) == "v3-boots-went-back")
        #expect(try refusal(new, security) == "v3-replayed")
        // Where the store knows of them, nothing so old is read.
        let (other, _) = try restarted(entries, knowsUnprocessed: false, clocks: [clock])
        #expect(other.withTimeliness { $0.clock(of: device.engine)?.latest.boots } == 3)
    }

    /// The inform was kept and its answer lost; its sender learns of our new boots and sends it again.
    @Test func aRepeatAfterARestartIsAnsweredAndNotJournaledAgain() throws {
        let local = try #require(try UDPSender(to: .loopback(9)).localEndpoint)
        let device = V3Device(1)
        let (security, recall) = try restarted([
            entry(try device.inform(to: engine(boots: 5), requestID: 7), from: local),
            entry(try device.trap(), from: local),
        ])
        #expect(recall.count == 1)
        let journal = MemoryJournal()
        let bench = try Bench(
            access: AccessSettings(users: [V3Device.user]), journal: journal, recall: recall, security: security)
        let sender = try UDPSender(to: bench.endpoint(), from: local)
        for _ in 0..<2 {
            let again = try device.inform(to: security.engine, requestID: 7)
            #expect(try sender.request(again, timeout: .seconds(20)) != nil)
        }
        #expect(journal.entries.isEmpty)
        #expect(
            try sender.request(device.inform(to: security.engine, requestID: 8), timeout: .seconds(20)) != nil)
        bench.intake.stop()
        #expect(bench.accounts.duplicate == 2 && bench.accounts.journaled == 1 && bench.accounts.isBalanced)
    }

    /// What proves less was kept before the stop, and does not pass for what proves more.
    @Test func recalledInformsAreToldApartByWhoSentThem() throws {
        let local = try #require(try UDPSender(to: .loopback(9)).localEndpoint)
        let device = V3Device(1)
        let (security, recall) = try restarted([
            entry(Wire.inform(requestID: 7), from: local),
            entry(try device.inform(to: engine(boots: 5), requestID: 7, context: "room"), from: local),
        ])
        #expect(recall.count == 2)
        let bench = try Bench(
            access: AccessSettings(users: [V3Device.user]), recall: recall, security: security)
        let sender = try UDPSender(to: bench.endpoint(), from: local)
        let inform = try device.inform(to: security.engine, requestID: 7)
        #expect(try sender.request(inform, timeout: .seconds(20)) != nil)
        bench.intake.stop()
        #expect(bench.accounts.journaled == 1 && bench.accounts.duplicate == 0)
    }
}

/// The clocks of the store, restored, and a real journal's end together.
extension SecurityRecallTests {
    /// As the store has it, after `seconds` in which the engine told nothing that were worth another row.
    private func restoredClock(_ device: V3Device, rowAge: Int64, journalEnd: Int64) -> EngineClock {
        func ago(_ seconds: Int64) -> Timestamp {
            Timestamp(nanoseconds: Timestamp.now.nanoseconds - seconds * 1_000_000_000)
        }
        return EngineClock(
            engine: device.engine, latest: EngineReading(boots: 3, time: 10_000 - Int32(rowAge)), updated: ago(rowAge)
        ).restored(journalEnd: ago(journalEnd))
    }

    private func trap(_ device: V3Device, age: Int64, requestID: Int32 = 1) throws -> [UInt8] {
        var device = device
        device.time = 10_000 - Int32(age)
        return try device.trap(requestID: requestID)
    }

    /// The engine has sent every 10 s until the stop; of what was received then nothing is taken again.
    @Test(arguments: [1, 140, 150, 290, 310, 500, 2_000] as [Int64])
    func nothingIsTakenTwiceAfterAStop(of pause: Int64) throws {
        let device = V3Device(1)
        let ages = stride(from: pause + 400, through: pause, by: -10)
        let traps = try ages.map { try trap(device, age: $0) }
        for isDamaged in [false, true] {
            let (security, _) = try restarted(
                zip(traps, ages).map { entry($0, age: $1) }, knowsUnprocessed: false,
                clocks: [restoredClock(device, rowAge: 3_000, journalEnd: pause)], isDamaged: isDamaged)
            for (trap, age) in zip(traps, ages) {
                #expect(try refusal(trap, security) != nil, "\(age) s old, damaged: \(isDamaged)")
            }
            #expect(try refusal(self.trap(device, age: -15), security) == nil)
        }
    }

    /// What an engine sends while the server starts again after a second is taken, though its row may be off by some.
    @Test func aShortStopCostsNothing() throws {
        let device = V3Device(1)
        let traps = try [400, 200, 100, 3].map { try trap(device, age: $0) }
        let (security, _) = try restarted(
            zip(traps, [400, 200, 100, 3]).map { entry($0, age: $1) }, knowsUnprocessed: false,
            clocks: [restoredClock(device, rowAge: 3_000, journalEnd: 3)])
        #expect(try refusal(trap(device, age: 3, requestID: 2), security) == nil)
        // Held up in the network.
        #expect(try refusal(trap(device, age: 120), security) == nil)
        for trap in traps { #expect(try refusal(trap, security) != nil) }
    }

    /// A virtual machine was suspended: what it told before is old, and is just behind its clock.
    @Test func anEngineThatStoodStillTellsNothingTwice() throws {
        let device = V3Device(1)
        let before = try trap(device, age: 3_011)
        let before2 = try trap(device, age: 3_002)
        let after = try trap(device, age: 3_001)
        let row = EngineClock(
            engine: device.engine, latest: EngineReading(boots: 3, time: 10_000 - 3_001),
            updated: Timestamp(nanoseconds: Timestamp.now.nanoseconds - 10_000_000_000)
        ).restored(journalEnd: .now)
        let entries = [entry(before, age: 3_011), entry(before2, age: 3_002), entry(after, age: 10)]
        let (security, _) = try restarted(entries, knowsUnprocessed: false, clocks: [row])
        for trap in [before, before2, after] { #expect(try refusal(trap, security) != nil) }
        #expect(try refusal(trap(device, age: 2_990), security) == nil)
        // The same where the store knows none of them.
        let (other, _) = try restarted(entries)
        for trap in [before, before2, after] { #expect(try refusal(trap, other) != nil) }
        #expect(try refusal(trap(device, age: 2_990), other) == nil)
    }

    /// Its messages are remembered, and no clock is what they tell.
    @Test func aLenientUserMovesNobodysClockOverARestart() throws {
        let device = V3Device(1)
        let strict = try trap(device, age: 20)
        func lax(_ boots: Int32, age: Int64) throws -> [UInt8] {
            var lax = V3Device(1, user: V3Device.user("lax"))
            lax.boots = boots
            return try trap(lax, age: age)
        }
        let (back, ahead) = (try lax(2, age: 10), try lax(7, age: 5))
        let old = try trap(device, age: 900)
        let entries = [entry(strict, age: 20), entry(back, age: 10), entry(ahead, age: 5)]
        for clocks in [[], [restoredClock(device, rowAge: 3_000, journalEnd: 5)]] {
            let (security, _) = try restarted(entries, clocks: clocks)
            #expect(
                security.withTimeliness { $0.clock(of: device.engine)?.latest } == EngineReading(boots: 3, time: 9_980))
            #expect(try refusal(old, security) == "v3-time-went-back")
            for trap in [strict, back, ahead] { #expect(try refusal(trap, security) == "v3-replayed") }
            #expect(try refusal(trap(device, age: 0), security) == nil)
            #expect(try refusal(lax(2, age: 0), security) == nil)
        }
    }

    /// The pipeline is behind, and not all that it has not seen is read: its rows tell less than what was let in.
    @Test func rowsThatAreBehindAreNotBelieved() throws {
        let device = V3Device(1)
        let late = try trap(device, age: 600)
        let entries =
            [entry(late, age: 600)]
            + (0..<20 as Range<Int32>).map {
                entry(Wire.trap(requestID: $0), age: 500)
            }
        for mostOctets in [InformRecall.mostOctets, 700] {
            let (security, recall) = try restarted(
                entries, clocks: [restoredClock(device, rowAge: 9_000, journalEnd: 500)], mostOctets: mostOctets)
            #expect((recall.limit == nil) == (mostOctets != 700))
            #expect(try refusal(late, security) != nil)
            #expect(try refusal(trap(device, age: 0), security) == nil)
        }
    }
}
