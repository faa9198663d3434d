import Testing

@testable import trapline_bench

struct StampTests {
    private func find(_ text: String) -> Stamp? {
        Array(text.utf8).withUnsafeBytes { Stamp.find(in: $0) }
    }

    @Test func writtenAndFoundAgainInOtherText() {
        let stamp = Stamp(label: .storm, time: 0x0123_4567_89ab_cdef)
        #expect(stamp.text == "stamp=s0123456789abcdef")
        #expect(find("<132>1 - - a=\"Link is down, \(stamp.text)\"]") == stamp)
    }

    @Test func writtenOverAnotherOne() {
        var octets = Array("ab \(Stamp(label: .load, time: .max).text) yz".utf8)
        Stamp(label: .quiet, time: 42).write(to: &octets, at: 3)
        #expect(String(decoding: octets, as: UTF8.self) == "ab stamp=q000000000000002a yz")
    }

    @Test(arguments: ["", "stamp=", "stamp=a0123", "stamp=z0123456789abcdef", "stamp=a0123456789abcdeg"])
    func nothingElseIsAStamp(text: String) {
        #expect(find(text) == nil)
    }

    @Test func numbersAreReadToTheirEnd() {
        let number = { (text: String, index: Int) in
            Array(text.utf8).withUnsafeBytes { Octets.number(at: index, in: $0) }
        }
        #expect(number("event=\"1207\"", 7) == 1_207)
        #expect(number("event=\"1207", 7) == 1_207)
        #expect(number("event=\"\"", 7) == nil)
        #expect(number("x", 5) == nil)
    }
}
