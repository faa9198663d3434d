/// Whole numbers that have been seen, most of them one after the other: a bit each.
struct NumberSet {
    /// A number past this is not kept: 32 MiB of bits, more than any run makes.
    static let limit = 1 << 28

    private var words: [UInt64] = []
    private(set) var count = 0
    private(set) var repeats = 0

    /// `false` if it is no news.
    @discardableResult
    mutating func insert(_ number: Int) -> Bool {
        guard (0..<Self.limit).contains(number) else { return false }
        let (word, bit) = (number / 64, UInt64(1) << UInt64(number % 64))
        if word >= words.count { words.append(contentsOf: repeatElement(0, count: word + 1 - words.count)) }
        guard words[word] & bit == 0 else {
            repeats += 1
            return false
        }
        words[word] |= bit
        count += 1
        return true
    }
}
