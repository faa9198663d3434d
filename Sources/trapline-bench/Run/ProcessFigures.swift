import Foundation

/// What the kernel tells of a process: the CPU time of its threads, and its memory.
struct ProcessFigures {
    /// Nanoseconds on a processor, by thread.
    var threads: [Int: (name: String, time: UInt64)] = [:]
    /// Octets of memory of its own, no file behind them.
    var anonymousMemory = 0
    /// The most octets it ever had in memory, pages of files that it has mapped among them.
    var peakMemory = 0

    init() {}

    /// `nil` if the process has ended.
    init?(of process: Int32) {
        let folder = "/proc/\(process)"
        guard let status = Self.read("\(folder)/status") else { return nil }
        anonymousMemory = Self.memory("RssAnon", in: status)
        peakMemory = Self.memory("VmHWM", in: status)
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/task")) ?? [] {
            // A thread may end between two looks.
            guard let identifier = Int(entry), let name = Self.read("\(folder)/task/\(entry)/comm"),
                let statistics = Self.read("\(folder)/task/\(entry)/schedstat"), let time = Self.time(in: statistics)
            else { continue }
            threads[identifier] = (Self.stage(ofThread: name), time)
        }
    }

    /// Takes over what is newer; a thread that has ended keeps what it had at the last look.
    mutating func update(_ newer: ProcessFigures) {
        threads.merge(newer.threads) { $1 }
        anonymousMemory = max(anonymousMemory, newer.anonymousMemory)
        peakMemory = max(peakMemory, newer.peakMemory)
    }

    /// Nanoseconds that each stage's threads took since `earlier`.
    func timeByStage(since earlier: ProcessFigures) -> [String: UInt64] {
        threads.reduce(into: [:]) { times, thread in
            let before = earlier.threads[thread.key]?.time ?? 0
            times[thread.value.name, default: 0] += thread.value.time &- min(before, thread.value.time)
        }
    }

    /// `VmHWM:     1234 kB` in octets; 0 where it is not told.
    static func memory(_ key: String, in status: String) -> Int {
        for line in status.split(separator: "\n") where line.hasPrefix(key + ":") {
            let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            return fields.count > 1 ? (Int(fields[1]) ?? 0) * 1_024 : 0
        }
        return 0
    }

    /// The first of /proc/PID/task/TID/schedstat's numbers: nanoseconds on a processor. Finer than the ticks of stat.
    static func time(in schedulerStatistics: String) -> UInt64? {
        schedulerStatistics.split(whereSeparator: { $0 == " " || $0 == "\n" }).first.flatMap { UInt64($0) }
    }

    /// A thread's name without what tells it from its likes: `udp-162` is `udp`, `NIO-ELT-0-#1` is `NIO-ELT`.
    static func stage(ofThread name: String) -> String {
        let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
        let parts = name.split(separator: "-").prefix { part in !part.allSatisfy { $0.isNumber || $0 == "#" } }
        return parts.isEmpty ? name : parts.joined(separator: "-")
    }

    private static func read(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}
