/// The right spelling that a misspelt word is nearest to.
enum Suggestion {
    /// Longer words are no slips of the pen, and comparing takes time in proportion to the square of the length.
    static let maximumLength = 80

    /// The nearest of `candidates`, or `nil` where none is near: at most one slip in three letters, and no more than four.
    static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
        let letters = fold(word)
        guard (1...maximumLength).contains(letters.count) else { return nil }
        // A word of one or two letters is near to everything.
        var bound = letters.count < 3 ? 0 : min(4, letters.count / 3)
        var best: String?
        for candidate in candidates {
            let other = fold(candidate)
            guard other.count <= maximumLength, abs(other.count - letters.count) <= bound else { continue }
            let distance = distance(letters, other, bound: bound)
            // The first of several equally near ones stays, so that the answer does not change from run to run.
            if distance < bound || distance == bound && best == nil {
                best = candidate
                bound = distance
            }
        }
        return best
    }

    /// `; did you mean …?` or nothing.
    static func hint(for word: String, in candidates: some Sequence<String>) -> String {
        nearest(to: word, in: candidates).map { "; did you mean \($0)?" } ?? ""
    }

    /// The hint, or where no candidate is near, all of them if they are few.
    static func hintOrList(for word: String, in candidates: [String]) -> String {
        /// What is taken in at a glance.
        let few = 12
        let hint = hint(for: word, in: candidates)
        guard hint.isEmpty, (1...few).contains(candidates.count) else { return hint }
        return "; there \(candidates.count == 1 ? "is" : "are") \(candidates.joined(separator: ", "))"
    }

    /// Slips in case, and `_` for `-`, count less than wrong letters: not at all.
    private static func fold(_ word: String) -> [UInt8] {
        word.lowercased().utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment) that turn one word into
    /// the other; anything above `bound` where there are more.
    static func distance(_ left: [UInt8], _ right: [UInt8], bound: Int) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in 1...left.count {
            var current = [row] + [Int](repeating: 0, count: right.count)
            for column in 1...right.count {
                let isEqual = left[row - 1] == right[column - 1]
                current[column] = min(
                    last[column] + 1, current[column - 1] + 1, last[column - 1] + (isEqual ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    current[column] = min(current[column], beforeLast[column - 2] + 1)
                }
            }
            if current.min() ?? 0 > bound { return bound + 1 }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
