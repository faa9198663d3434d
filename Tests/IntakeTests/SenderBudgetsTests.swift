import Basics
import Testing

@testable import Intake

@Suite struct SenderBudgetsTests {
    private static let second: Int64 = 1_000_000_000
    /// A moment of these days, in nanoseconds since 1970.
    private static let start: Int64 = 1_800_000_000 * second

    private func budgets(
        rate: Int = 10, burst: Int = 20, _ networks: [(String, BudgetSettings.Allowance?)] = [], seed: UInt64 = 1
    ) throws -> SenderBudgets {
        var budgets = SenderBudgets(seed: seed)
        budgets.use(
            BudgetPolicy(
                BudgetSettings(
                    allowance: BudgetSettings.Allowance(rate: rate, burst: burst),
                    networks: try networks.map { text, allowance in
                        BudgetSettings.Exception(network: try #require(Network(text)), allowance: allowance)
                    })))
        return budgets
    }

    private func key(_ address: String) throws -> SenderBudgets.Key {
        SenderBudgets.Key(try #require(IPAddress(address)))
    }

    /// How many of `count` datagrams at one moment are let in.
    private func admitted(
        _ count: Int, of key: SenderBudgets.Key, at time: Int64, _ budgets: inout SenderBudgets
    ) -> Int {
        (0..<count).reduce(0) { sum, _ in sum + (budgets.judge(key, at: time) == .within ? 1 : 0) }
    }

    @Test(arguments: ["192.0.2.1", "2001:db8::1", "0.0.0.0"])
    func aBurstAndThenTheRate(address: String) throws {
        var budgets = try budgets()
        let sender = try key(address)
        #expect(admitted(50, of: sender, at: Self.start, &budgets) == 20)
        #expect(admitted(50, of: sender, at: Self.start + Self.second, &budgets) == 10)
        #expect(admitted(50, of: sender, at: Self.start + Self.second * 3 / 2, &budgets) == 5)
        // After a long rest the burst is back, and no more than that.
        #expect(admitted(50, of: sender, at: Self.start + 3_600 * Self.second, &budgets) == 20)
    }

    @Test func whatIsRefusedCostsNothing() throws {
        var budgets = try budgets()
        let sender = try key("192.0.2.1")
        // A storm that goes on gets its rate all the same.
        var letIn = 0
        for step in 0..<10_000 {
            letIn += admitted(1, of: sender, at: Self.start + Int64(step) * Self.second / 1_000, &budgets)
        }
        #expect(letIn == 20 + 99)
    }

    @Test func eachSenderHasItsOwn() throws {
        var budgets = try budgets()
        #expect(admitted(50, of: try key("192.0.2.1"), at: Self.start, &budgets) == 20)
        #expect(admitted(50, of: try key("192.0.2.2"), at: Self.start, &budgets) == 20)
        // The same number of another family.
        #expect(admitted(50, of: try key("::c000:201"), at: Self.start, &budgets) == 20)
    }

    @Test func theLongestNetworkCounts() throws {
        var budgets = try budgets([
            ("10.0.0.0/8", BudgetSettings.Allowance(rate: 1, burst: 1)),
            ("10.9.0.0/16", BudgetSettings.Allowance(rate: 30, burst: 40)), ("10.9.0.7", nil),
            ("2001:db8::/32", BudgetSettings.Allowance(rate: 5, burst: 5)),
        ])
        for (address, expected) in [
            ("10.1.1.1", 1), ("10.9.1.1", 40), ("10.9.0.7", 100), ("192.0.2.1", 20), ("2001:db8::5", 5),
            ("2001:db9::5", 20),
        ] {
            #expect(admitted(100, of: try key(address), at: Self.start, &budgets) == expected, "\(address)")
        }
    }

    /// A whole site stands behind a relay: each device that it names has what a sender has, and so has the relay
    /// itself.
    @Test func eachDeviceBehindARelayHasItsOwn() throws {
        var budgets = try budgets()
        let relay = try #require(IPAddress("192.0.2.1"))
        for device in [UInt32(0), 0x0a00_0001, 0x0a00_0002] {
            let key = SenderBudgets.Key(relay, device: device)
            #expect(admitted(50, of: key, at: Self.start, &budgets) == 20, "\(device)")
            #expect(admitted(50, of: key, at: Self.start, &budgets) == 0)
        }
        #expect(
            admitted(50, of: SenderBudgets.Key(try #require(IPAddress("10.0.0.1"))), at: Self.start, &budgets) == 20)
    }

    @Test func withoutAPolicyNobodyIsMeasured() throws {
        #expect(BudgetPolicy(.off) == nil)
        #expect(BudgetPolicy(BudgetSettings(allowance: nil, networks: [])) == nil)
        var budgets = try budgets()
        budgets.use(nil)
        #expect(admitted(100, of: try key("192.0.2.1"), at: Self.start, &budgets) == 100)
    }

    @Test func aReloadThatChangesNothingForgivesNothing() throws {
        var budgets = SenderBudgets()
        let settings = BudgetSettings(allowance: BudgetSettings.Allowance(rate: 10, burst: 20))
        let sender = try key("192.0.2.1")
        budgets.use(BudgetPolicy(settings))
        #expect(admitted(50, of: sender, at: Self.start, &budgets) == 20)
        budgets.use(BudgetPolicy(settings))
        #expect(admitted(50, of: sender, at: Self.start, &budgets) == 0)
        budgets.use(BudgetPolicy(BudgetSettings(allowance: BudgetSettings.Allowance(rate: 10, burst: 30))))
        #expect(admitted(50, of: sender, at: Self.start, &budgets) == 30)
    }

    @Test func aClockSetBackShutsNobodyOutForLong() throws {
        var budgets = try budgets()
        let sender = try key("192.0.2.1")
        #expect(admitted(50, of: sender, at: Self.start, &budgets) == 20)
        let back = Self.start - 3_600 * Self.second
        #expect(admitted(50, of: sender, at: back, &budgets) == 0)
        #expect(admitted(50, of: sender, at: back + Self.second, &budgets) == 10)
    }

    /// The buckets of before will not be full for an hour: they do not keep the places from those that send now.
    @Test func aClockSetBackDoesNotFillTheTable() throws {
        var budgets = try budgets(rate: 1, burst: 2)
        for number in 0..<UInt32(4 * SenderBudgets.slots) {
            _ = budgets.judge(SenderBudgets.Key(IPAddress(v4: 0x0a00_0000 + number)), at: Self.start)
        }
        let back = Self.start - 3_600 * Self.second
        var unmeasured = 0
        for number in 0..<UInt32(SenderBudgets.slots / 4) {
            let key = SenderBudgets.Key(IPAddress(v4: 0x0b00_0000 + number))
            if budgets.judge(key, at: back) == .unmeasured { unmeasured += 1 }
        }
        #expect(unmeasured < SenderBudgets.slots / 100, "\(unmeasured)")
    }

    /// More senders than places, one datagram each: buckets that are full again make room, so that all are measured.
    @Test func fullBucketsAreForgotten() throws {
        var budgets = try budgets(rate: 1_000, burst: 10)
        for number in 0..<UInt32(4 * SenderBudgets.slots) {
            // 10,000 datagrams a second: ten buckets at a time are not full.
            let time = Self.start + Int64(number) * Self.second / 10_000
            let key = SenderBudgets.Key(IPAddress(v4: 0x0a00_0000 + number))
            let isWithin = budgets.judge(key, at: time) == .within
            #expect(isWithin)
        }
    }

    /// Nobody's bucket is given to another while it is not full: who finds no place is let through, and counted.
    @Test func whereThereIsNoRoomASenderIsLetThrough() throws {
        var budgets = try budgets(rate: 1, burst: 2)
        let first = SenderBudgets.Key(IPAddress(v4: 0x0a00_0000))
        #expect(admitted(3, of: first, at: Self.start, &budgets) == 2)
        var unmeasured = 0
        for number in 1...UInt32(4 * SenderBudgets.slots) {
            let verdict = budgets.judge(SenderBudgets.Key(IPAddress(v4: 0x0a00_0000 + number)), at: Self.start)
            #expect(verdict != .over)
            if verdict == .unmeasured { unmeasured += 1 }
        }
        #expect(unmeasured >= 3 * SenderBudgets.slots)
        let isOver = budgets.judge(first, at: Self.start) == .over
        #expect(isOver, "the bucket is still there")
    }

    /// Addresses that follow one another, as a site's do, spread over the table.
    @Test(arguments: [0, 1, 0x1234_5678_9abc_def0] as [UInt64])
    func neighboursFindRoom(seed: UInt64) throws {
        var budgets = try budgets(rate: 1, burst: 2, seed: seed)
        var unmeasured = 0
        for number in 0..<UInt32(SenderBudgets.slots / 2) {
            let verdict = budgets.judge(SenderBudgets.Key(IPAddress(v4: 0x0a01_0000 + number)), at: Self.start)
            if verdict == .unmeasured { unmeasured += 1 }
        }
        // Half full, of eight places a sender few find none.
        #expect(unmeasured < SenderBudgets.slots / 50, "\(unmeasured)")
    }

    @Test func theDefaultIsGenerous() throws {
        var budgets = SenderBudgets()
        budgets.use(BudgetPolicy(BudgetSettings()))
        #expect(admitted(30_000, of: try key("192.0.2.1"), at: Self.start, &budgets) == 20_000)
        #expect(admitted(30_000, of: try key("192.0.2.1"), at: Self.start + Self.second, &budgets) == 2_000)
    }
}
