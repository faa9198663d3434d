/// What was measured over several rounds: its median, and its extent, which tells how far to trust it.
struct Figures {
    private let sorted: [Double]

    /// `values` holds one for each round, at least one.
    init(_ values: [Double]) {
        sorted = values.sorted()
    }

    var median: Double { sorted[sorted.count / 2] }

    /// `1.234 (1.2 to 1.5)`
    func text(decimals: Int) -> String {
        let (low, high) = (Self.text(sorted[0], decimals), Self.text(sorted[sorted.count - 1], decimals))
        return "\(Self.text(median, decimals)) (\(low) to \(high))"
    }

    private static func text(_ value: Double, _ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        return String((value * scale).rounded() / scale)
    }
}
