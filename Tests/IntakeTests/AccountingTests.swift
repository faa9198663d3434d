import Basics
import Glibc
import Journal
import SNMPWire
import Synchronization
import TestPeers
import Testing
import TraplineMetrics

@testable import Intake

/// The sum of what became of the datagrams, in every scrape, while several threads receive and all kinds of fates meet:
/// storms over the budget, repeats of informs, refusals, a journal that is held up and one that fails.
@Suite struct AccountingTests {
    private final class Progress: Sendable {
        let isOver = Atomic(false)
        let scrapes = Atomic(0)
        let unbalanced = Mutex<[String]>([])
    }

    private static let parts =
        ["journaled", "refused", "failed", "answered", "duplicate"]
        .map { "trapline_datagrams_\($0)_total" } + ["trapline_datagrams_in_flight"]

    private static func sum(_ exposition: String, _ families: [String]) -> Int {
        exposition.split(separator: "\n").reduce(0) { total, line in
            guard let brace = line.firstIndex(of: "{"), families.contains(String(line[..<brace])),
                let value = line.split(separator: " ").last.flatMap({ Int($0) })
            else { return total }
            return total + value
        }
    }

    @Test func theSumHoldsUnderLoad() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let allowance = BudgetSettings.Allowance(rate: 100, burst: 200)
        let bench = try Bench(
            threads: 3,
            access: AccessSettings(
                communities: [Community(name: nil, value: Secret("public"))],
                budget: BudgetSettings(allowance: allowance)))
        let endpoint = try bench.endpoint()
        let progress = Progress()
        // Two scrape all the time, as fast as they can.
        let scrapers = try (0..<2).map { number in
            try PlainThread(name: "scraper-\(number)") {
                while !progress.isOver.load(ordering: .relaxed) {
                    let scrape = bench.metrics.exposition()
                    let received = Self.sum(scrape, ["trapline_datagrams_received_total"])
                    if received != Self.sum(scrape, Self.parts) || !bench.accounts.isBalanced {
                        progress.unbalanced.withLock { $0.append(scrape) }
                    }
                    progress.scrapes.add(1, ordering: .relaxed)
                }
            }
        }
        let senders = try (0..<12 as Range<UInt32>).map {
            try UDPSender(to: endpoint, from: Endpoint(IPAddress(v4: 0x7f03_0001 + $0), port: 0))
        }
        let kinds = [
            Wire.trap(), Wire.inform(requestID: 1), Wire.inform(requestID: 2), Wire.get(), Wire.v3, [1, 2, 3],
            Wire.trap(community: "stranger"),
        ]
        let total = 20_000
        for number in 0..<total {
            // One storms, the others send now and then.
            let host = Int.random(in: 0..<4, using: &random) == 0 ? Int.random(in: 1..<12, using: &random) : 0
            try senders[host].send(kinds[Int.random(in: 0..<kinds.count, using: &random)])
            switch number % 4_000 {
            case 1_000: bench.journal.hold()
            case 1_200: bench.journal.release()
            case 2_000: bench.journal.fail(MemoryJournal.full)
            case 3_000: bench.journal.fail(nil)
            default: break
            }
            // As many as the receive buffer surely holds.
            if number % 100 == 99 { #expect(bench.received(number + 1), "seed \(seed)") }
        }
        #expect(eventually { progress.scrapes.load(ordering: .relaxed) > 10 })
        bench.intake.stop()
        progress.isOver.store(true, ordering: .relaxed)
        for scraper in scrapers { scraper.join() }
        let unbalanced = progress.unbalanced.withLock { $0.first }
        #expect(unbalanced == nil, "seed \(seed)")
        let accounts = bench.accounts
        #expect(accounts.received == total && accounts.inFlight == 0 && accounts.isBalanced, "seed \(seed)")
        #expect(accounts.journaled == bench.journal.entries.count)
        // Every fate has met some, so that the sum says something.
        #expect(accounts.journaled > 0 && accounts.duplicate > 0 && accounts.failedTotal > 0, "seed \(seed)")
        for reason in [
            RefusalReason.overBudget, .community, .security("v3-unknown-user"), .malformed(.notANotification),
        ] {
            #expect((accounts.refused[reason] ?? 0) > 0, "\(reason), seed \(seed)")
        }
    }
}
