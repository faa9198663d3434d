import ArgumentParser
import Basics
import Foundation

/// What `trapline-bench run` measures, each on a server of its own.
enum Scenario: String, CaseIterable, ExpressibleByArgument {
    /// Into the durable journal at the highest rate without loss, the pipeline running.
    case journal
    /// The same with SNMPv3 at authPriv.
    case journalV3 = "journal-v3"
    /// Through alarms and event log to the counting sink, as long as the load lasts.
    case sustained
    /// From a trap's sending to its syslog message's arrival.
    case latency
    /// From an inform's sending to its response.
    case informs
    /// Memory while a million traps wait in the journal.
    case backlog
    /// One sender's storm beside quiet senders.
    case storm

    /// What the loads are by default.
    struct Defaults {
        var rate: Int
        var seconds: Int
        var senders: Int
        var mix = LoadMix.alarm
    }

    var defaults: Defaults {
        switch self {
        case .journal: Defaults(rate: 150_000, seconds: 10, senders: 100)
        case .journalV3: Defaults(rate: 50_000, seconds: 10, senders: 100, mix: .v3)
        case .sustained: Defaults(rate: 50_000, seconds: 20, senders: 100)
        case .latency: Defaults(rate: 10_000, seconds: 10, senders: 100)
        case .informs: Defaults(rate: 1_000, seconds: 10, senders: 100, mix: .inform)
        // A million traps, faster than any pipeline with a sink behind it.
        case .backlog: Defaults(rate: 100_000, seconds: 10, senders: 100)
        case .storm: Defaults(rate: 100_000, seconds: 10, senders: 1)
        }
    }

    var title: String {
        switch self {
        case .journal: "Lossless into the durable journal"
        case .journalV3: "SNMPv3 lossless into the durable journal"
        case .sustained: "Through alarms and event log to a counting sink"
        case .latency: "Trap to syslog"
        case .informs: "Inform to response"
        case .backlog: "Memory under a backlog"
        case .storm: "A storm beside quiet senders"
        }
    }
}

/// A scenario with what the command line says of it.
struct ScenarioSetting {
    static let quietSenders = 100
    /// Of the storm's own addresses: 127.2.0.1.
    private static let stormAddress: UInt32 = 0x7f02_0001

    var scenario: Scenario
    var rate: Int
    var seconds: Int
    var senders: Int
    var mix: LoadMix
    var server: ServerUnderLoad.Options
    var folder: URL?

    /// As the scenario has it.
    init(_ scenario: Scenario, server: ServerUnderLoad.Options, folder: URL?) {
        let defaults = scenario.defaults
        self.scenario = scenario
        rate = defaults.rate
        seconds = defaults.seconds
        senders = defaults.senders
        mix = defaults.mix
        self.server = server
        self.folder = folder
    }

    var traps: Int { rate * seconds }

    var plan: LoadRun.Plan {
        // The receiver is filled in when it has its port.
        let nowhere = Endpoint(LoopbackPort.address, port: 0)
        var load = LoadPlan(
            mix: mix, receiver: nowhere, senders: senders, rate: rate, traps: traps)
        let loads: [LoadPlan]
        var server = server
        // A storm is what they are for.
        server.hasBudgets = scenario == .storm
        server.hasUser = mix.isV3
        if scenario == .storm {
            load.label = .storm
            load.firstAddress = Self.stormAddress
            // Each of them one trap a second.
            let quiet = LoadPlan(
                mix: mix, receiver: nowhere, senders: Self.quietSenders, rate: Self.quietSenders,
                traps: Self.quietSenders * seconds, label: .quiet)
            loads = [quiet, load]
        } else {
            loads = [load]
        }
        return LoadRun.Plan(
            server: server, loads: loads, isDelivered: scenario != .journal && scenario != .journalV3, folder: folder)
    }

    var text: String {
        let pace = "\(BenchReport.Row.text(Double(rate), decimals: 0))/s for \(seconds) s"
        let senders = scenario == .storm ? "1 sender beside \(Self.quietSenders) of 1/s" : "\(senders) senders"
        return "\(scenario.title): \(mix.text); \(pace), \(senders)"
    }
}
