/// What was measured over several rounds: its median, and its extent, which tells how far to trust it.
struct Figures {
    private let sorted: [Double]

    /// `values` holds one for each round, at least one.
    init(_ values: [Double]) {
        sorted = values.sorted()
    }

    var median: Double { sorted[sorted.count / 2] }

    var extent: (least: Double, most: Double) { (sorted[0], sorted[sorted.count - 1]) }
}
