import SNMPWire

/// The decoder alone: octets in, every variable's name and value out.
enum DecodeBenchmark {
    static func run(_ datagram: [UInt8], traps: Int) throws -> StageResult {
        var variables = 0
        let begin = CPUClock.thread
        for _ in 0..<traps {
            let notification = try SNMPNotification.decode(datagram)
            for variable in notification.variables where variable.value != .null { variables += 1 }
        }
        let spent = CPUClock.thread - begin
        guard variables > 0 else { throw BenchmarkError("nothing was decoded") }
        return StageResult(microsecondsPerTrap: Double(spent) / 1_000 / Double(traps))
    }
}
