import Basics
import SNMPSecurity
import Testing

@testable import Intake

@Suite struct EngineTroublesTests {
    private let engine = V3Device.engine(1)
    private let sender = IPAddress(v4: 0x7f00_0001)

    private func wentBack(_ engine: EngineID) -> IntakeNews {
        .clockWentBack(
            engine: engine, user: "ops", known: EngineReading(boots: 3, time: 900),
            told: EngineReading(boots: 2, time: 5), sender: sender)
    }

    private func note(_ troubles: EngineTroubles, _ engine: EngineID, at seconds: Int64) {
        troubles.note(engine, now: seconds * 1_000_000_000) { wentBack(engine) }
    }

    private func settle(_ troubles: EngineTroubles, _ engine: EngineID, at seconds: Int64) {
        troubles.settle(engine, from: sender, now: seconds * 1_000_000_000)
    }

    /// Of a cloned engine both kinds of messages come in turns: that is one trouble.
    @Test func isToldOnceWhileItLasts() {
        let troubles = EngineTroubles()
        #expect(!troubles.isAnyStanding && troubles.takeNews().isEmpty)
        note(troubles, engine, at: 0)
        for second in Int64(1)..<200 {
            note(troubles, engine, at: second)
            settle(troubles, engine, at: second)
        }
        #expect(troubles.isAnyStanding)
        #expect(troubles.takeNews() == [wentBack(engine)])
        settle(troubles, engine, at: 258)
        #expect(troubles.takeNews().isEmpty)
        settle(troubles, engine, at: 259)
        #expect(troubles.takeNews() == [.engineClockAgrees(engine: engine, sender: sender)])
        #expect(!troubles.isAnyStanding)
        settle(troubles, engine, at: 260)
        #expect(troubles.takeNews().isEmpty)
    }

    /// Its alarm may have been cleared by hand meanwhile.
    @Test(arguments: [true, false]) func isToldAgainWhileItGoesOn(isNew: Bool) {
        let troubles = EngineTroubles(standing: isNew ? [] : [engine], now: 0)
        var told: [Int64] = []
        for second in Int64(0)..<1_300 {
            note(troubles, engine, at: second)
            if !troubles.takeNews().isEmpty { told.append(second) }
        }
        #expect(told == (isNew ? [0, 600, 1_200] : [600, 1_200]))
        settle(troubles, engine, at: 1_359)
        #expect(troubles.takeNews() == [.engineClockAgrees(engine: engine, sender: sender)])
    }

    @Test func oneOfBeforeTheStartEnds() {
        let troubles = EngineTroubles(standing: [engine], now: 0)
        note(troubles, engine, at: 1)
        #expect(troubles.takeNews().isEmpty)
        settle(troubles, engine, at: 61)
        #expect(troubles.takeNews() == [.engineClockAgrees(engine: engine, sender: sender)])
    }

    @Test func whatAnOperatorHasSettledIsOver() {
        let troubles = EngineTroubles(standing: [engine], now: 0)
        troubles.forget(engine)
        settle(troubles, engine, at: 100)
        #expect(troubles.takeNews().isEmpty && !troubles.isAnyStanding)
    }

    @Test func isBounded() throws {
        let troubles = EngineTroubles()
        for number in 0..<EngineTroubles.capacity + 50 {
            let engine = try #require(EngineID([0x80, 0, 0, 0, UInt8(number >> 8), UInt8(number & 0xff)]))
            note(troubles, engine, at: 1)
        }
        #expect(troubles.takeNews().count == EngineTroubles.capacity)
    }
}
