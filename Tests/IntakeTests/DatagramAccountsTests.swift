import Testing

@testable import Intake

@Suite struct DatagramAccountsTests {
    @Test func theSumIsToldTermByTerm() {
        var accounts = DatagramAccounts()
        accounts.received = 28
        accounts.journaled = 7
        accounts.refused = [.community: 1, .source: 2]
        accounts.failed = ["disk-full": 4, "closed": 1]
        accounts.duplicate = 8
        accounts.inFlight = 5
        #expect(accounts.isBalanced)
        #expect(
            accounts.description
                == "received 28 = journaled 7 + refused 3 + failed 5 + answered 0 + reports 0 + duplicate 8 + in flight 5"
        )
    }
}
