/// Numbers that are to be looked at when their second has come, many at a time: entering one and taking one out again
/// cost the same however many there are.
///
/// Nothing is ever moved: who put off its own time is looked at, found not to be due, and entered again. So a device that
/// is heard of each 27 s costs one look in three times that.
struct TimerWheel: Sendable {
    /// More than three keep-alives of the vendor's period last; what is due later is looked at once on the way.
    static let span: Int64 = 256

    private var slots: [[Int32]] = Array(repeating: [], count: Int(TimerWheel.span))
    /// All up to this second were taken out.
    private(set) var second: Int64

    init(second: Int64) {
        self.second = second
    }

    /// The second in which a number entered now for `due` will come out: that one, or an earlier one if it is far.
    func slot(for due: Int64) -> Int64 { min(max(due, second + 1), second + TimerWheel.span) }

    /// - Parameter slot: what `slot(for:)` gave.
    mutating func enter(_ number: Int32, at slot: Int64) {
        slots[Int(slot & (TimerWheel.span - 1))].append(number)
    }

    /// The numbers of the next second, in no order.
    mutating func takeNext() -> [Int32] {
        second += 1
        let index = Int(second & (TimerWheel.span - 1))
        guard !slots[index].isEmpty else { return [] }
        let taken = slots[index]
        slots[index] = []
        return taken
    }
}
