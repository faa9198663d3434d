import Basics
import Journal
import SNMPWire
import Testing

@testable import Intake

/// Informs and their repeats, through a real socket.
@Suite struct SocketReceiverTests {
    private static let short = Duration.milliseconds(50)
    private static let long = Duration.seconds(20)

    private func isResponse(_ datagram: [UInt8]?, to requestID: Int32) -> Bool {
        guard let datagram, let message = try? SNMPMessage.decode(datagram), case .standard(let pdu)? = message.pdu
        else { return false }
        return pdu.kind == .response && pdu.requestID == requestID && pdu.errorStatus == 0
    }

    @Test func anInformIsAnsweredOnceItIsDurableAndNotBefore() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        bench.journal.hold()
        let sender = try UDPSender(to: bench.endpoint())
        try sender.send(Wire.inform(requestID: 7))
        #expect(eventually { bench.journal.entries.count == 1 })
        #expect(bench.accounts.inFlight == 1)
        #expect(try sender.receive(timeout: Self.short) == nil)
        bench.journal.release()
        #expect(isResponse(try sender.receive(timeout: Self.long), to: 7))
        #expect(bench.accounts.journaled == 1 && bench.accounts.inFlight == 0)
    }

    @Test func theResponseCarriesCommunityAndVariablesBack() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let inform = Wire.inform(requestID: 7, community: "tenant-a", text: "hello")
        let answer = try UDPSender(to: bench.endpoint()).request(inform, timeout: Self.long)
        #expect(answer != nil && answer == InformResponse.encode(to: inform))
    }

    @Test func aFailedJournalLeavesAnInformUnansweredAndItsRepeatIsNew() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        bench.journal.fail(MemoryJournal.full)
        let sender = try UDPSender(to: bench.endpoint())
        #expect(try sender.request(Wire.inform(requestID: 7), timeout: Self.short) == nil)
        #expect(bench.received(1))
        #expect(bench.accounts.failed == ["disk-full": 1])
        #expect(bench.log.all.contains { $0.contains("/journal: no space") })
        bench.journal.fail(nil)
        #expect(isResponse(try sender.request(Wire.inform(requestID: 7), timeout: Self.long), to: 7))
        #expect(bench.accounts.journaled == 1 && bench.accounts.duplicate == 0)
        #expect(bench.accounts.isBalanced)
    }

    @Test func aRepeatIsAnsweredAgainAndJournaledOnce() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let sender = try UDPSender(to: bench.endpoint())
        for _ in 0..<3 {
            #expect(isResponse(try sender.request(Wire.inform(requestID: 7), timeout: Self.long), to: 7))
        }
        #expect(bench.journal.entries.count == 1)
        #expect(bench.accounts.duplicate == 2)
        // Another request ID, other content and another sender are no repeats.
        _ = try sender.request(Wire.inform(requestID: 8), timeout: Self.long)
        _ = try sender.request(Wire.inform(requestID: 7, text: "other"), timeout: Self.long)
        _ = try UDPSender(to: bench.endpoint()).request(Wire.inform(requestID: 7), timeout: Self.long)
        #expect(bench.journal.entries.count == 4)
        #expect(bench.accounts.duplicate == 2 && bench.accounts.isBalanced)
    }

    @Test func aRepeatOfOneInFlightIsAnsweredWithIt() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        bench.journal.hold()
        let sender = try UDPSender(to: bench.endpoint())
        for _ in 0..<3 { try sender.send(Wire.inform(requestID: 7)) }
        #expect(eventually { bench.accounts.inFlight == 3 && bench.journal.entries.count == 1 })
        #expect(try sender.receive(timeout: Self.short) == nil)
        bench.journal.release()
        for _ in 0..<3 { #expect(isResponse(try sender.receive(timeout: Self.long), to: 7)) }
        #expect(bench.accounts.journaled == 1 && bench.accounts.duplicate == 2 && bench.accounts.inFlight == 0)
    }

    @Test func repeatsShareTheFateOfAFirstThatFails() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        bench.journal.hold()
        let sender = try UDPSender(to: bench.endpoint())
        for _ in 0..<3 { try sender.send(Wire.inform(requestID: 7)) }
        #expect(eventually { bench.accounts.inFlight == 3 && bench.journal.entries.count == 1 })
        bench.journal.release(.failure(MemoryJournal.full))
        #expect(bench.accounts.failed == ["disk-full": 3] && bench.accounts.inFlight == 0)
        #expect(try sender.receive(timeout: Self.short) == nil)
    }

    @Test func trapsAreNotAnsweredAndNeverRepeats() throws {
        let bench = try Bench()
        defer { bench.intake.stop() }
        let sender = try UDPSender(to: bench.endpoint())
        for _ in 0..<3 { try sender.send(Wire.trap()) }
        #expect(bench.received(3))
        #expect(try sender.receive(timeout: Self.short) == nil)
        #expect(bench.journal.entries.count == 3 && bench.accounts.duplicate == 0)
    }

    /// Two informs for several addresses of a wildcard socket: each answer leaves from the address that was asked.
    @Test(arguments: ["127.0.0.1", "127.0.0.2", "127.44.0.9"])
    func theAnswerComesFromWhereItWasAsked(address: String) throws {
        let bench = try Bench([Endpoint(IPAddress(v4: 0), port: 0)])
        defer { bench.intake.stop() }
        let asked = Endpoint(try #require(IPAddress(address)), port: try bench.endpoint().port)
        #expect(isResponse(try UDPSender(to: asked).request(Wire.inform(requestID: 7), timeout: Self.long), to: 7))
        #expect(bench.journal.entries.map(\.receiver) == [asked])
    }

    @Test func whatIsTooLongForItsSlotIsRefused() throws {
        let bench = try Bench(limits: IntakeLimits(slotSize: 64))
        defer { bench.intake.stop() }
        try UDPSender(to: bench.endpoint()).send(Wire.trap(text: String(repeating: "x", count: 100)))
        #expect(bench.received(1))
        #expect(bench.accounts.refused[.oversized] == 1)
    }
}
