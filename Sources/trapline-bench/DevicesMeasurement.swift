import Alarms
import Basics
import Devices
import Glibc
import SNMPWire

/// What the liveness of a fleet costs: the inventory alone, fed with keep-alives.
enum DevicesMeasurement {
    /// The vendor's period.
    private static let period: Int64 = 27_000_000_000
    private static let batchesPerSecond: Int64 = 10
    private static let behindOneNAT = 10
    private static let atOneSite = 64
    /// Of a core, for a hundred thousand devices.
    private static let mostShare = 5.0
    private static let mostOctets = 1_024.0

    static func run(devices: Int, rounds: Int) throws -> BenchReport {
        let fleet = Fleet(devices: devices)
        let before = residentMemory
        var inventory = DeviceInventory(policy: policy)
        _ = try run(fleet, 2, &inventory)
        let memory = Double(residentMemory - before) / Double(devices)
        var figures: [Double] = []
        for _ in 0..<rounds { figures.append(try run(fleet, 1, &inventory)) }
        let spent = Figures(figures)
        guard inventory.count == devices, inventory.count(of: .alive) == devices else {
            throw BenchmarkError("\(inventory.count(of: .alive)) of \(devices) devices are alive")
        }
        // So many nanoseconds a second of the keep-alives' own time.
        let share = spent.median * Double(devices) / Double(period) * 100
        return BenchReport(
            scenario: "devices",
            load: "\(devices) devices, a keep-alive of each in \(period / 1_000_000_000) s; \(rounds) of each measured",
            rows: [
                .figures("CPU a keep-alive", spent, decimals: 0, unit: "ns"),
                .number("all of them", share, decimals: 2, unit: "% of a core"),
                .number("memory a device", memory, decimals: 0, unit: "octets"),
            ],
            goals: [
                .init(
                    name: "CPU of liveness", wanted: "< \(mostShare) % of a core",
                    measured: "\(BenchReport.Row.text(share, decimals: 2)) %", isReached: share < mostShare),
                .init(
                    name: "memory a device", wanted: "< \(BenchReport.Row.text(mostOctets, decimals: 0)) octets",
                    measured: "\(BenchReport.Row.text(memory, decimals: 0)) octets", isReached: memory < mostOctets),
            ])
    }

    /// A site for each network of that many addresses.
    private static var policy: DevicePolicy {
        DevicePolicy(
            rules: (0..<UInt32(131_072 / atOneSite + 1)).compactMap { number in
                let address = IPAddress(v4: 0x0a00_0000 + number * UInt32(atOneSite))
                return Network("\(address)/26").map { .init(network: $0, tenant: "fleet", site: "site \(number)") }
            })
    }

    /// Gives the nanoseconds of CPU time a keep-alive, without what the making of it takes.
    private static func run(_ fleet: Fleet, _ rounds: Int, _ inventory: inout DeviceInventory) throws -> Double {
        var (spent, taken): (Int64, Int) = (0, 0)
        let size = max(1, fleet.devices * Int(1_000_000_000 / batchesPerSecond) / Int(period))
        for _ in 0..<rounds {
            for first in stride(from: 0, to: fleet.devices, by: size) {
                try Interruption.check()
                let batch = fleet.keepAlives(first..<min(first + size, fleet.devices), after: fleet.now)
                let begin = CPUClock.thread
                for received in batch {
                    _ = inventory.advance(to: received.time)
                    _ = inventory.identify(received, by: fleet.interpretation)
                }
                taken += inventory.takeChanges().signs.count
                spent += CPUClock.thread - begin
            }
            fleet.now += period
        }
        // Signs or whole rows: the compiler must not find that nobody wants them.
        guard taken >= 0 else { throw BenchmarkError("no changes") }
        return Double(spent) / Double(rounds * fleet.devices)
    }

    private static var residentMemory: Int { ProcessFigures(of: getpid())?.anonymousMemory ?? 0 }

    /// Devices of which each other is behind a NAT, and their keep-alives.
    private final class Fleet {
        let devices: Int
        /// Nanoseconds since 1970.
        var now: Int64 = 1_767_225_600_000_000_000
        let interpretation: Interpretation

        private static let root = OID.enterprises.appending(5_003, 9, 10, 1, 21)

        init(devices: Int) {
            self.devices = devices
            interpretation = Interpretation(
                kind: .keepAlive, alarm: "acKeepAlive", alarmOID: Self.root.appending(2, 0, 16),
                trapOID: Self.root.appending(2, 0, 16), source: "", severity: .indeterminate, text: "")
        }

        /// They come evenly over the period that begins at `start`.
        func keepAlives(_ numbers: Range<Int>, after start: Int64) -> [ReceivedNotification] {
            numbers.map { number in
                let serial = Value.octetString(ArraySlice("\(3_000_000 + number)".utf8))
                let empty = Value.octetString([])
                let values: [(UInt32, Value)] = [
                    (1, .integer(1)), (2, .octetString(ArraySlice("Keep alive".utf8))), (3, empty), (4, .integer(0)),
                    (5, .integer(0)), (6, .integer(0)), (7, .integer(0)), (8, serial), (9, empty), (10, empty),
                    (16, serial),
                ]
                let variables = values.map { VariableBinding(name: Self.root.appending(1, $0.0, 0), value: $0.1) }
                let isHidden = number % (2 * behindOneNAT) < behindOneNAT
                let address = isHidden ? number - number % (2 * behindOneNAT) : number
                let port = isHidden ? UInt16(40_000 + number % behindOneNAT) : 161
                let share = Int64(number) * (period / Int64(devices))
                return ReceivedNotification(
                    notification: SNMPNotification(
                        version: .v2c, trapOID: interpretation.trapOID, uptime: 0,
                        variables: VariableBindings(variables)),
                    time: Timestamp(nanoseconds: start + share),
                    sender: Endpoint(IPAddress(v4: 0x0a00_0000 + UInt32(address)), port: port),
                    receiver: Endpoint(LoopbackPort.address, port: 1_161), listener: "keep-alives")
            }
        }
    }
}
