import Testing

@testable import trapline_bench

struct NumberSetTests {
    @Test func eachNumberIsNewOnce() {
        var set = NumberSet()
        for number in [0, 63, 64, 5_000, 64, 0] { set.insert(number) }
        #expect(set.count == 4)
        #expect(set.repeats == 2)
    }

    @Test func numbersOutsideItsLimitsAreLeftOut() {
        var set = NumberSet()
        let areNew = [-1, NumberSet.limit].map { set.insert($0) }
        #expect(areNew == [false, false])
        #expect(set.count == 0)
    }
}
