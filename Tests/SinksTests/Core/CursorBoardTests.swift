import Basics
import Sinks
import Store
import Testing

@Suite struct CursorBoardTests {
    @Test func aNewSinkBeginsNowAndIsKept() {
        let board = CursorBoard(["noc": 5])
        #expect(board.begin("ops", now: 42) == 42)
        #expect(board.unsaved() == ["ops": 42])
        #expect(board.begin("ops", now: 50) == 42, "it has a cursor from then on")
    }

    @Test func aKnownSinkGoesOnWhereItWas() {
        let board = CursorBoard(["noc": 5])
        #expect(board.begin("noc", now: 42) == 5)
        #expect(board.unsaved().isEmpty)
    }

    @Test func aCursorAheadOfTheLogComesBack() {
        let board = CursorBoard(["noc": 50])
        #expect(board.begin("noc", now: 42) == 42)
        #expect(board.unsaved() == ["noc": 42])
    }

    @Test func cursorsOnlyMoveForward() {
        let board = CursorBoard()
        board.post(7, for: "noc")
        board.post(6, for: "noc")
        #expect(board.cursor(of: "noc") == 7)
        #expect(board.unsaved() == ["noc": 7])
    }

    @Test func deadLettersGoWithTheCursorThatPassesThem() {
        func letter(_ event: Int64) -> DeadLetter {
            DeadLetter(sink: "ops", event: event, time: Timestamp(seconds: 1), reason: "rejected", detail: "550")
        }
        let board = CursorBoard()
        #expect(board.pending().isEmpty)
        board.post(7, for: "ops", refused: [letter(6), letter(7)])
        let taken = board.pending()
        #expect(taken.cursors == ["ops": 7])
        #expect(taken.deadLetters == [letter(6), letter(7)])
        board.post(8, for: "ops", refused: [letter(8)])
        board.saved(taken)
        #expect(board.pending().deadLetters == [letter(8)], "what came meanwhile is still to be saved")
        #expect(board.pending().cursors == ["ops": 8])
        board.saved(board.pending())
        #expect(board.pending().isEmpty)
        board.post(99_999, for: "ops", refused: (1...12_000).map { letter($0) })
        #expect(board.pending().deadLetters.map(\.event) == Array(2_001...12_000), "bounded as the store is")
    }

    @Test func whatIsNotSavedStaysUnsaved() {
        let board = CursorBoard()
        board.post(7, for: "noc")
        let taken = board.unsaved()
        #expect(board.unsaved() == taken, "taking is not saving")
        board.post(8, for: "noc")
        board.saved(taken)
        #expect(board.unsaved() == ["noc": 8], "what moved on meanwhile is still to be saved")
        board.saved(["noc": 8])
        #expect(board.unsaved().isEmpty)
    }
}
