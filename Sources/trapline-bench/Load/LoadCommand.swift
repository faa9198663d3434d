import ArgumentParser
import Basics
import Foundation

/// `trapline-bench load`: a load for any receiver.
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Sends traps or informs from many senders at a rate.",
        discussion: """
            To an address on loopback each sender has an address of its own, from 127.1.0.1 on; elsewhere a port of its \
            own. Mixes: alarm (the vendor's, repeating), cycle (raised and cleared), link (linkDown and linkUp), v1, \
            inform (acknowledgements are measured), mixed; v3 and v3-cycle (alarm and cycle at authPriv with SHA-256 and \
            AES-128, by the user bench, each sender with an engine of its own).
            """)

    @OptionGroup var build: BuildOptions

    @Option(name: .long, help: "The receiver, ADDRESS:PORT.", transform: Self.endpoint)
    var to: Endpoint

    @Option(name: .long, help: "Traps a second, of all senders together; 0 for as many as can be.")
    var rate = 1_000

    @Option(name: .long, help: "For how long.")
    var seconds = 10

    @Option(name: .long, help: "What is sent: \(LoadMix.allCases.map(\.rawValue).joined(separator: ", ")).")
    var mix = LoadMix.alarm

    @Option(name: .long, help: "From how many senders.")
    var senders = 100

    @Option(name: .long, help: "Traps in all, in place of --seconds.")
    var traps: Int?

    @Flag(name: .long, help: "Print one line of JSON.")
    var json = false

    /// How long the last acknowledgements may take, in seconds.
    private static let patience: TimeInterval = 5
    /// What --seconds is worth where no rate is given.
    private static let unpacedRate = 200_000

    func validate() throws {
        guard (0...10_000_000).contains(rate), (1...86_400).contains(seconds),
            (1...LoadPlan.mostSenders).contains(senders), (1...1_000_000_000).contains(traps ?? 1)
        else {
            throw ValidationError(
                "--rate is 0 to 10,000,000, --seconds 1 to 86,400, --senders 1 to \(LoadPlan.mostSenders), --traps 1 "
                    + "to 1,000,000,000")
        }
    }

    func run() throws {
        Interruption.watch()
        let total = traps ?? (rate > 0 ? rate : Self.unpacedRate) * seconds
        let generator = try LoadGenerator(
            LoadPlan(mix: mix, receiver: to, senders: senders, rate: rate > 0 ? rate : nil, traps: total))
        let reader = mix.isAcknowledged ? try AcknowledgementReader([generator]) : nil
        let result = try generator.run()
        var rows = LoadReport.rows(result)
        var lost: [String] = []
        if let reader {
            let deadline = Date(timeIntervalSinceNow: Self.patience)
            while reader.acknowledged < result.sent, Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
            let acknowledgements = reader.stop()
            rows += LoadReport.rows(acknowledgements)
            if acknowledgements.acknowledged < result.sent {
                lost.append("\(result.sent - acknowledgements.acknowledged) informs were not acknowledged")
            }
        }
        let report = BenchReport(scenario: "load", load: "\(mix.text), \(senders) senders", rows: rows, lost: lost)
        print(json ? report.json : report.table)
        if !lost.isEmpty { throw ExitCode.failure }
    }

    private static func endpoint(_ text: String) throws -> Endpoint {
        guard let endpoint = Endpoint(text) else { throw ValidationError("\(text) is no ADDRESS:PORT") }
        return endpoint
    }
}

/// What a load's own side has to report.
enum LoadReport {
    static func rows(_ result: LoadResult) -> [BenchReport.Row] {
        [
            .count("sent", result.sent), .count("sending failed", result.failed),
            .number("sent per second", result.rate, decimals: 0, unit: "traps/s"),
            .number("CPU to send", Double(result.cpuTime) / 1e3 / Double(max(1, result.sent)), decimals: 2, unit: "µs"),
            .number("furthest behind the plan", Double(result.latest) / 1e6, decimals: 1, unit: "ms"),
        ]
    }

    static func rows(_ result: AcknowledgementReader.Result) -> [BenchReport.Row] {
        [
            .count("informs acknowledged", result.acknowledged), .count("acknowledged again", result.repeated),
            .count("strange responses", result.strange),
        ] + rows(result.latency, of: "inform → response")
    }

    static func rows(_ latency: LatencyHistogram, of what: String) -> [BenchReport.Row] {
        [
            .number("\(what), p50", latency.milliseconds(atPercentile: 50), decimals: 2, unit: "ms"),
            .number("\(what), p99", latency.milliseconds(atPercentile: 99), decimals: 2, unit: "ms"),
            .number("\(what), max", latency.longest, decimals: 2, unit: "ms"),
        ]
    }
}
