import Basics
import Foundation
import TestPeers

/// What a test draws its random numbers from: the seed is told with each failure, and `TRAPLINE_TEST_SEED` makes a run
/// draw the same again.
struct Seed: RandomNumberGenerator, CustomStringConvertible {
    private let first: UInt64
    private var generator: SeededGenerator

    init() {
        let given = ProcessInfo.processInfo.environment["TRAPLINE_TEST_SEED"].flatMap { UInt64($0) }
        first = given ?? .random(in: 0...(.max))
        generator = SeededGenerator(seed: first)
    }

    var description: String { "TRAPLINE_TEST_SEED=\(first)" }

    mutating func next() -> UInt64 { generator.next() }
}
