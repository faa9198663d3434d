import Basics
import Store
import Testing

@testable import Sinks

@Suite struct CursorBoardTests {
    @Test func aNewSinkBeginsNowAndIsKept() {
        let board = CursorBoard(["noc": SinkCursor(5)])
        #expect(board.begin("ops", now: 42) == SinkCursor(42))
        #expect(board.pending().progress.cursors == ["ops": SinkCursor(42)])
        #expect(board.begin("ops", now: 50) == SinkCursor(42), "it has a cursor from then on")
    }

    @Test func aNewSinkBeginsAtTheBeginningWhereThatIsWanted() {
        let board = CursorBoard()
        let options = SinkOptions(start: .beginning)
        #expect(board.begin("ops", options: options, now: 42, beforeOldest: 7) == SinkCursor(7, born: 42))
        board.post(41, for: "ops")
        #expect(board.place(of: "ops") == SinkCursor(41, born: 42), "a restart still decides the rest")
        board.post(42, for: "ops")
        #expect(board.place(of: "ops") == SinkCursor(42), "what comes now was routed when it came")
        #expect(board.begin("empty", options: options, now: 0, beforeOldest: 0) == SinkCursor(0))
    }

    @Test func aKnownSinkGoesOnWhereItWas() {
        let board = CursorBoard(["noc": SinkCursor(5)])
        #expect(board.begin("noc", options: SinkOptions(start: .beginning), now: 42) == SinkCursor(5))
        #expect(board.pending().isEmpty)
    }

    @Test func aCursorAheadOfTheLogComesBack() {
        let board = CursorBoard(["noc": SinkCursor(50)])
        #expect(board.begin("noc", now: 42) == SinkCursor(42))
        #expect(board.pending().progress.cursors == ["noc": SinkCursor(42)])
    }

    @Test func cursorsOnlyMoveForward() {
        let board = CursorBoard(["noc": SinkCursor(5)])
        board.post(7, for: "noc")
        board.post(6, for: "noc")
        #expect(board.cursor(of: "noc") == 7)
        #expect(board.pending().progress.cursors == ["noc": SinkCursor(7)])
    }

    // MARK: Removed and renamed sinks

    @Test func aRemovedSinksCursorStaysForAWhile() {
        let board = CursorBoard(["noc": SinkCursor(5), "ops": SinkCursor(9)])
        #expect(board.keep(["noc"], at: Timestamp(seconds: 100)) == ["ops"])
        #expect(board.keep(["noc"], at: Timestamp(seconds: 200)) == [], "told once")
        #expect(
            board.pending().progress.cursors == ["ops": SinkCursor(9, removed: Timestamp(seconds: 100))],
            "a restart does not begin its time anew")
        #expect(board.free(removedBefore: Timestamp(seconds: 100)) == [])
        #expect(board.free("noc") == false, "it is there")
        #expect(board.free(removedBefore: Timestamp(seconds: 101)) == ["ops"])
        #expect(board.pending().progress == SinkProgress(freed: ["ops"]))
        board.saved(board.pending())
        #expect(board.pending().isEmpty)
    }

    /// A delivery that did not end in time ends after its sink was forgotten, or taken over.
    @Test func whatAForgottenSinkTellsLateIsNotTaken() {
        let board = CursorBoard(["ops": SinkCursor(9, removed: Timestamp(seconds: 1)), "old": SinkCursor(9)])
        #expect(board.free("ops"))
        #expect(board.begin("new", options: SinkOptions(was: "old"), now: 42, configured: ["new"]) == SinkCursor(9))
        board.saved(board.pending())
        let letter = DeadLetter(sink: "ops", event: 12, time: Timestamp(seconds: 1), reason: "rejected", detail: "550")
        board.post(12, for: "ops", refused: [letter], settled: [3])
        board.post(12, for: "old")
        #expect(board.pending().isEmpty)
        #expect(board.place(of: "ops") == nil && board.place(of: "old") == nil)
        #expect(board.holds.lowest?.sink == "new")
    }

    @Test func aSinkThatComesBackGoesOnWhereItWas() {
        let board = CursorBoard(["ops": SinkCursor(9, removed: Timestamp(seconds: 100))])
        #expect(board.begin("ops", now: 42) == SinkCursor(9))
        #expect(board.free(removedBefore: Timestamp(seconds: 1_000)) == [])
        #expect(board.pending().progress.cursors == ["ops": SinkCursor(9)])
    }

    @Test func aRenamedSinkTakesOver() {
        let board = CursorBoard(["old": SinkCursor(9, born: 20)])
        board.post(
            9, for: "old",
            refused: [
                DeadLetter(sink: "old", event: 8, time: Timestamp(seconds: 1), reason: "rejected", detail: "550")
            ])
        let options = SinkOptions(was: "old")
        #expect(board.begin("early", options: options, now: 42, configured: ["old", "early"]) == SinkCursor(42))
        #expect(board.begin("new", options: options, now: 42, configured: ["new"]) == SinkCursor(9, born: 20))
        #expect(board.begin("late", options: options, now: 42, configured: ["late"]) == SinkCursor(42), "it is taken")
        let progress = board.pending().progress
        #expect(progress.freed == ["old"])
        #expect(progress.renamed == ["old": "new"])
        #expect(progress.deadLetters.map(\.sink) == ["new"])
        #expect(board.begin("new", options: options, now: 50, configured: ["new"]) == SinkCursor(9, born: 20))
    }

    @Test func theLowestIsAsARestartWouldFindIt() {
        #expect(CursorBoard().holds.lowest == nil)
        let board = CursorBoard(["noc": SinkCursor(5), "ops": SinkCursor(9, removed: Timestamp(seconds: 1))])
        board.post(20, for: "noc")
        #expect(board.holds.lowest?.sink == "noc")
        #expect(board.holds.lowest?.event == 5, "the store has not heard of it")
        let pending = board.pending()
        board.post(30, for: "noc")
        board.saved(pending)
        #expect(board.holds.lowest?.sink == "ops", "a removed sink's counts")
        #expect(board.holds.delivering?.sink == "noc", "but it delivers nothing")
        #expect(board.free("ops"))
        #expect(board.holds.lowest?.event == 20)
    }

    // MARK: Saving

    @Test func deadLettersGoWithTheCursorThatPassesThem() {
        func letter(_ event: Int64) -> DeadLetter {
            DeadLetter(sink: "ops", event: event, time: Timestamp(seconds: 1), reason: "rejected", detail: "550")
        }
        let board = CursorBoard(["ops": SinkCursor(5)])
        #expect(board.pending().isEmpty)
        board.post(7, for: "ops", refused: [letter(6), letter(7)])
        let taken = board.pending()
        #expect(taken.progress.cursors == ["ops": SinkCursor(7)])
        #expect(taken.progress.deadLetters == [letter(6), letter(7)])
        board.post(8, for: "ops", refused: [letter(8)])
        board.saved(taken)
        #expect(board.pending().progress.deadLetters == [letter(8)], "what came meanwhile is still to be saved")
        #expect(board.pending().progress.cursors == ["ops": SinkCursor(8)])
        board.saved(board.pending())
        #expect(board.pending().isEmpty)
        board.post(99_999, for: "ops", refused: (1...12_000).map { letter($0) })
        let events = board.pending().progress.deadLetters.map(\.event)
        #expect(events == Array(2_001...12_000), "bounded as the store is")
    }

    @Test func lettersSentAgainAreSettledOnce() {
        let board = CursorBoard(["ops": SinkCursor(9)])
        board.post(9, for: "ops", settled: [3, 4])
        let taken = board.pending()
        #expect(taken.progress == SinkProgress(settled: ["ops": [3, 4]]))
        board.post(9, for: "ops", settled: [5])
        board.saved(taken)
        #expect(board.settled(of: "ops") == [5])
        board.saved(board.pending())
        #expect(board.pending().isEmpty)
    }

    @Test func whatIsNotSavedStaysUnsaved() {
        let board = CursorBoard(["noc": SinkCursor(5)])
        board.post(7, for: "noc")
        let taken = board.pending()
        #expect(board.pending().progress == taken.progress, "taking is not saving")
        board.post(8, for: "noc")
        board.saved(taken)
        #expect(board.pending().progress.cursors == ["noc": SinkCursor(8)], "what moved on is still to be saved")
        board.saved(board.pending())
        #expect(board.pending().isEmpty)
    }

    @Test func requestsReachTheBoardOnceTheyAreSaved() {
        let board = CursorBoard(["ops": SinkCursor(9, removed: Timestamp(seconds: 1)), "noc": SinkCursor(9)])
        let before = board.askings
        board.saved([.resendLetters(sink: "noc", events: 1...2), .forgetSink("ops"), .forgetSink("noc")])
        #expect(board.askings == before + 1)
        #expect(board.place(of: "ops") == nil)
        #expect(board.place(of: "noc") == SinkCursor(9))
    }
}
