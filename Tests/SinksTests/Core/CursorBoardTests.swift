import Sinks
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
