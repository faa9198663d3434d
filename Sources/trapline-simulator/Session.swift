import Basics
import DeviceSimulation
import Foundation

/// A run of the fleet: its random alarms and the steps of its scenario, each at its time.
struct Session {
    private let runner: FleetRunner
    private let alarmRate: Double
    private var generator: SeededGenerator
    /// Sorted by time.
    private var steps: [ScenarioStep]
    private var file: ScenarioFile?
    private let begin = Timestamp.now
    private var changes = 0

    /// How many alarms change in one turn at most, so that a rate that cannot be kept leaves time to answer.
    private static let mostChanges = 1_000

    init(runner: FleetRunner, alarmRate: Double, seed: UInt64, steps: [ScenarioStep], file: ScenarioFile?) {
        self.runner = runner
        self.alarmRate = alarmRate
        generator = SeededGenerator(seed: seed)
        self.steps = steps.sorted { ($0.time ?? 0) < ($1.time ?? 0) }
        self.file = file
    }

    private var elapsed: Double { Double(Timestamp.now.nanoseconds(since: begin)) / 1e9 }

    mutating func run(seconds: Double?) throws {
        while !Interruption.isWanted, elapsed < seconds ?? .infinity {
            if let new = try file?.read(complain: Say.warning), !new.isEmpty {
                steps = (steps + new).sorted { ($0.time ?? 0) < ($1.time ?? 0) }
            }
            while let step = steps.first, step.time ?? 0 <= elapsed {
                steps.removeFirst()
                perform(step)
            }
            changeAlarms()
            runner.turn()
        }
    }

    /// One line of JSON.
    var summary: String {
        let (fleet, counts) = (runner.fleet, runner.counts)
        let standing = fleet.devices.reduce(0) { $0 + $1.standing.count }
        return """
            {"devices":\(fleet.devices.count),"seconds":\(Int(elapsed)),"traps":\(counts.traps),\
            "keepAlives":\(counts.keepAlives),"failed":\(counts.failed),"requests":\(counts.requests),\
            "responses":\(counts.responses),"standing":\(standing)}
            """
    }

    private mutating func changeAlarms() {
        let due = min(Int(elapsed * alarmRate) - changes, Self.mostChanges)
        guard due > 0 else { return }
        var generator = generator
        runner.change { fleet, now in
            for _ in 0..<due { fleet.changeSomething(&generator, at: now) }
        }
        self.generator = generator
        changes += due
    }

    private func perform(_ step: ScenarioStep) {
        if case .report(let file) = step.action {
            do {
                try Standing.write(runner.fleet, to: file)
            } catch {
                return Say.warning("\(step.text): \(file) cannot be written: \(error.localizedDescription)")
            }
        }
        var count = 0
        runner.change { fleet, now in
            let chosen = step.selection.places(in: fleet)
            for place in chosen { fleet.change(place, at: now) { step.action.perform(on: &$0, at: now) } }
            count = chosen.count
        }
        Say.line("\(Int(elapsed)) s: \(step.text): \(counted(count, "device"))")
    }
}

extension ScenarioStep.Selection {
    /// The devices' places.
    func places(in fleet: SimulatedFleet) -> [Int] {
        switch self {
        case .all: Array(fleet.devices.indices)
        case .first(let count): Array(fleet.devices.indices.lazy.filter { !fleet.devices[$0].isOff }.prefix(count))
        case .addresses(let range): fleet.addresses.indices.filter { range.contains(fleet.addresses[$0].bits) }
        }
    }
}

extension SimulatedDevice {
    /// It was killed, or is cut off: nothing comes of it by itself.
    var isOff: Bool { !isConnected || (!isRunning && nextDue == nil) }
}

extension ScenarioStep.Action {
    func perform(on device: inout SimulatedDevice, at time: Timestamp) -> [SentNotification] {
        switch self {
        case .kill: device.powerOff()
        case .restart: device.restart(at: time)
        case .cut: device.isConnected = false
        case .connect: device.isConnected = true
        case .switchOver: return device.switchOver(at: time)
        case .losePeer: return device.losePeer(at: time)
        case .returnPeer: return device.returnPeer(at: time)
        case .lose(let count): device.loseNext(count)
        case .raise(let link, let severity): return device.raise(.ethernetLink(link, severity), at: time)
        case .clear(let link): return device.clear(DeviceAlarm.ethernetLink(link).key, at: time)
        case .event:
            // acHTTPDownloadResult.
            return device.event(
                DeviceAlarm(28, source: "Board#1", severity: .indeterminate, text: "HTTP download succeeded"), at: time)
        case .report: break
        }
        return []
    }
}
