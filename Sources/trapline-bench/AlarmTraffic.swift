import Basics
import Journal
import SNMPWire

/// Records of a journal that raise, repeat and clear alarms, so that about as many stand all the time.
struct AlarmTraffic {
    /// How many of the traps repeat and how many clear, of a hundred; the others raise.
    static let repeats = 60
    static let clears = 20
    /// Skewed traffic: how many traps of a hundred speak of how many alarms of a hundred.
    static let skew = (traps: 90, alarms: 10)

    /// Alarms that are as likely as one another to be spoken of.
    private struct Group {
        var standing: [Int32] = []
        var ended: [Int32]
    }

    private let devices: Int
    private var groups: [Group]
    private var numbers: SeededGenerator
    private var offset: UInt64 = 0
    /// Of the next record.
    private var time: Int64
    private let start: Int64
    /// Between two of them, in nanoseconds.
    private static let step: Int64 = 20_000

    /// - Parameter alarms: how many are to stand; a quarter more take turns.
    init(alarms: Int, devices: Int, isSkewed: Bool) {
        self.devices = devices
        let all = (0..<Int32(alarms + alarms / 4)).map { $0 }
        let hot = isSkewed ? max(1, all.count * Self.skew.alarms / 100) : 0
        groups = [Group(ended: Array(all[hot...])), Group(ended: Array(all[..<hot]))]
        numbers = SeededGenerator(seed: 42)
        start = Timestamp.now.nanoseconds
        time = start
    }

    /// Raises four of five alarms; none when all of these stand.
    mutating func raises(_ count: Int) -> [JournalRecord] {
        var records: [JournalRecord] = []
        for index in groups.indices {
            while records.count < count, !isFull(index) { records.append(raise(index)) }
        }
        return records
    }

    /// Four of five alarms stand.
    private func isFull(_ group: Int) -> Bool {
        groups[group].standing.count >= (groups[group].ended.count + groups[group].standing.count) * 4 / 5
    }

    mutating func mixed(_ count: Int) -> [JournalRecord] {
        (0..<count).map { _ in
            let isHot = !groups[1].ended.isEmpty && Int.random(in: 0..<100, using: &numbers) < Self.skew.traps
            let group = isHot ? 1 : 0
            let isRepeat = Int.random(in: 0..<100, using: &numbers) < Self.repeats
            // As many raises as clears, in turn.
            if !isRepeat, !isFull(group) { return raise(group) }
            let place = Int.random(in: 0..<max(1, groups[group].standing.count), using: &numbers)
            let alarm = groups[group].standing[place]
            if isRepeat { return record(alarm, severity: Self.major) }
            groups[group].standing.swapAt(place, groups[group].standing.count - 1)
            groups[group].standing.removeLast()
            groups[group].ended.append(alarm)
            return record(alarm, severity: 0)
        }
    }

    private mutating func raise(_ group: Int) -> JournalRecord {
        let place = Int.random(in: 0..<max(1, groups[group].ended.count), using: &numbers)
        groups[group].ended.swapAt(place, groups[group].ended.count - 1)
        let alarm = groups[group].ended.removeLast()
        groups[group].standing.append(alarm)
        return record(alarm, severity: Self.major)
    }

    /// As the vendor counts.
    private static let major: Int32 = 4

    private mutating func record(_ alarm: Int32, severity: Int32) -> JournalRecord {
        let (device, port) = (Int(alarm) % devices, Int(alarm) / devices)
        let payload = Workload.vendorAlarm(
            kind: .trapV2, severity: severity, source: "Board#1/EthernetLink#\(port)",
            uptime: Workload.uptime + UInt32((time - start) / 10_000_000), serial: Workload.firstSerial + device)
        let entry = JournalEntry(
            time: Timestamp(nanoseconds: time), interface: "traps",
            sender: Endpoint(IPAddress(v4: 0x0a00_0000 + UInt32(device)), port: 40_000),
            receiver: Endpoint(LoopbackPort.address, port: 162), payload: payload)
        defer {
            offset += 1
            time += Self.step
        }
        return JournalRecord(
            entry: entry, position: JournalPosition(segment: 1, offset: offset),
            next: JournalPosition(segment: 1, offset: offset + 1))
    }
}
