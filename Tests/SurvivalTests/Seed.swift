import Foundation

/// What a test draws its random numbers from: the seed is told with each failure, and `TRAPLINE_TEST_SEED` makes a run
/// draw the same again.
struct Seed: RandomNumberGenerator, CustomStringConvertible {
    private let first: UInt64
    private var state: UInt64

    init() {
        let given = ProcessInfo.processInfo.environment["TRAPLINE_TEST_SEED"].flatMap { UInt64($0) }
        first = given ?? .random(in: 0...(.max))
        state = first
    }

    var description: String { "TRAPLINE_TEST_SEED=\(first)" }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
