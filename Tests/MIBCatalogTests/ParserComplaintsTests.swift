import Testing

@testable import MIBCatalog

/// net-snmp's words, as its parser has them, and what we make of them.
struct ParserComplaintsTests {
    private func problems(_ messages: String...) -> [String] {
        ParserComplaints(messages, files: [:]).problems.map(\.description)
    }

    @Test func oneFaultToldSeveralTimesIsOneProblem() {
        #expect(
            problems(
                "Expected \"}\" (x): At line 7 in /m/A\n", "Bad object identifier: At line 7 in /m/A\n",
                "Bad parse of OBJECT IDENTIFIER: At line 8 in /m/A\n") == ["/m/A:7: Expected \"}\" (x)"])
    }

    @Test func summaryAloneIsKept() {
        let complaints = ParserComplaints(["Bad parse of OBJECT-TYPE: At line 8 in /m/A\n"], files: [:])
        #expect(complaints.problems.map(\.description) == ["/m/A:8: Bad parse of OBJECT-TYPE"])
        #expect(complaints.failedFiles == ["/m/A"])
    }

    @Test func namesThatOneImportMissesAreOneProblem() {
        let messages = (1...7).map { "Did not find 'name\($0)' in module B (/m/A)\n" }
        #expect(
            ParserComplaints(messages, files: [:]).problems.map(\.description) == [
                "/m/A: imports name1, name2, name3, name4, name5 and 2 more from B, which has none"
            ])
    }

    @Test func missingParentIsToldWithItsChildAndOnceForAllBelow() {
        #expect(
            problems(
                "Unlinked OID in A: child ::= { gone 1 }\n", "Undefined identifier: gone near line 5 of /m/A\n",
                "Cannot adopt OID in A: grandchild ::= { child 1 }\n", "Cannot adopt OID in A: child ::= { gone 1 }\n")
                == ["/m/A:5: child stands under gone, which is neither defined nor imported"])
    }

    @Test func whatNobodyNeedsToKnowIsLeftOut() {
        #expect(
            problems(
                "MIB search path: /x\n", "X MACRO (lines 1..9 parsed and ignored). \n",
                "Warning: string too long (Once upon a time): At line 9 in /m/A\n",
                "Warning: Upper bound not handled correctly (99 != 9): At line 3 in /m/A\n", "\n") == [])
    }

    @Test func anythingElseIsKeptAsItIs() {
        #expect(problems("Something new happened\n") == ["Something new happened"])
        #expect(problems("Odd: At line x in /m/A") == ["Odd: At line x in /m/A"])
        #expect(problems("Warning: iso.3 is both org and gro (/m/A)\n") == ["/m/A: iso.3 is named both org and gro"])
    }
}
