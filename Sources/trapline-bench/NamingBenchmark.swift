import MIBCatalog
import SNMPWire

/// The decoder and the catalog: every variable's name and its value as text.
struct NamingBenchmark {
    private let catalog: Catalog

    init() throws {
        guard let folder = Catalog.bundledDirectory() else {
            throw BenchmarkError("the bundled MIB modules are missing")
        }
        catalog = Catalog.load(directories: [folder]).catalog
    }

    func run(_ datagram: [UInt8], traps: Int) throws -> StageResult {
        var octets = 0
        let begin = CPUClock.thread
        for _ in 0..<traps {
            let notification = try SNMPNotification.decode(datagram)
            octets += catalog.name(of: notification.trapOID).utf8.count
            for variable in notification.variables {
                octets += catalog.name(of: variable.name).utf8.count
                octets += catalog.text(of: variable.value, for: variable.name).utf8.count
            }
        }
        let spent = CPUClock.thread - begin
        guard octets > 0 else { throw BenchmarkError("nothing was named") }
        return StageResult(microsecondsPerTrap: Double(spent) / 1_000 / Double(traps))
    }
}
