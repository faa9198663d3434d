import Basics
import Testing

@testable import Sinks

@Suite struct DeliveryMarksTests {
    private let clock = ManualClock()

    @Test func nothingSentNeedsNoConfirmation() {
        var marks = DeliveryMarks(at: 7)
        #expect(marks.timeToConfirmation == nil)
        marks.send(0, from: nil, upTo: 12, clock: clock)
        #expect(marks.timeToConfirmation == nil)
        #expect(marks.confirmed == 12, "what is not the sink's own needs nobody's word")
        #expect(marks.confirm() == 0)
    }

    @Test func aQuietSecondIsTimeToConfirm() {
        var marks = DeliveryMarks(at: 0)
        marks.send(3, from: Timestamp(seconds: 5), upTo: 3, clock: clock)
        #expect(marks.timeToConfirmation == DeliveryMarks.quiet)
        clock.advance(by: .milliseconds(600))
        #expect(marks.timeToConfirmation == .milliseconds(400))
        marks.send(0, from: nil, upTo: 9, clock: clock)
        #expect(marks.timeToConfirmation == .milliseconds(400), "what is not the sink's own is no load")
        marks.send(1, from: Timestamp(seconds: 6), upTo: 10, clock: clock)
        #expect(marks.timeToConfirmation == DeliveryMarks.quiet)
        clock.advance(by: .seconds(2))
        #expect(marks.timeToConfirmation == .zero)
        #expect((marks.confirmed, marks.sent, marks.unconfirmedEvents) == (0, 10, 4))
        #expect(marks.oldest == Timestamp(seconds: 5))
        #expect(marks.confirm() == 4)
        #expect((marks.confirmed, marks.sent, marks.unconfirmedEvents) == (10, 10, 0))
        #expect(marks.timeToConfirmation == nil && marks.oldest == nil)
    }

    @Test func aLoadWithoutPauseDoesNotPutItOff() {
        var marks = DeliveryMarks(at: 0)
        var end: Int64 = 0
        var elapsed = Duration.zero
        while marks.timeToConfirmation != .zero && elapsed < .seconds(60) {
            end += 1
            marks.send(1, from: nil, upTo: end, clock: clock)
            clock.advance(by: .milliseconds(100))
            elapsed += .milliseconds(100)
        }
        #expect(elapsed == DeliveryMarks.longest)
    }
}
