/// Numbers that are to be looked at when their second has come, many at a time: entering one and taking one out again
/// cost the same however many there are.
///
/// Nothing is ever moved: who put off its own time is looked at, found not to be due, and entered again. So a device that
/// is heard of each 27 s costs one look in three times that.
struct TimerWheel: Sendable {
    /// More than three keep-alives of the vendor's period last; what is due later is looked at once on the way.
    static let span: Int64 = 256

    private var slots: [[Int32]] = Array(repeating: [], count: Int(TimerWheel.span))
    /// A bit for each slot that holds something.
    private var filled: [4 of UInt64] = [0, 0, 0, 0]
    /// All up to this second were taken out.
    private(set) var second: Int64

    init(second: Int64) {
        self.second = second
    }

    /// The second in which a number entered now for `due` will come out: that one, or an earlier one if it is far.
    func slot(for due: Int64) -> Int64 { min(max(due, second + 1), second + TimerWheel.span) }

    /// - Parameter slot: what `slot(for:)` gave.
    mutating func enter(_ number: Int32, at slot: Int64) {
        let index = Int(slot & (TimerWheel.span - 1))
        slots[index].append(number)
        filled[index >> 6] |= 1 << UInt64(index & 63)
    }

    /// The next second in which something comes out, if only to be looked at; `nil` where nothing is in it.
    var next: Int64? {
        let start = Int((second + 1) & (TimerWheel.span - 1))
        // The word of the start is taken twice: its later bits first, its earlier ones last.
        for step in 0...4 {
            let word = ((start >> 6) + step) & 3
            let later = ~UInt64(0) << UInt64(start & 63)
            let bits = filled[word] & (step == 0 ? later : step == 4 ? ~later : ~0)
            guard bits != 0 else { continue }
            let index = Int64(word << 6 + bits.trailingZeroBitCount)
            return second + 1 + ((index - Int64(start)) & (TimerWheel.span - 1))
        }
        return nil
    }

    /// The numbers of the next second, in no order.
    mutating func takeNext() -> [Int32] {
        second += 1
        let index = Int(second & (TimerWheel.span - 1))
        guard !slots[index].isEmpty else { return [] }
        let taken = slots[index]
        slots[index] = []
        filled[index >> 6] &= ~(1 << UInt64(index & 63))
        return taken
    }
}
