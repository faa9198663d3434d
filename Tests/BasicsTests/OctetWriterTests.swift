import Basics
import Testing

@Suite struct OctetWriterTests {
    private func written(_ body: (inout OctetWriter) -> Void) -> String {
        var text = OctetWriter(capacity: 1)
        body(&text)
        return text.text()
    }

    @Test func numbersAreThoseOfTheirDescription() {
        var numbers: [UInt64] = [0, 9, 10, 99, 100, 999_999_999, 1_000_000_000, 4_294_967_295, 4_294_967_296, .max]
        numbers += (0..<2_000).map { _ in UInt64.random(in: 0...(.max)) >> UInt64.random(in: 0...63) }
        for number in numbers {
            #expect(written { $0.append(decimal: number) } == String(number))
            let signed = Int64(bitPattern: number)
            #expect(written { $0.append(decimal: signed) } == String(signed))
            let small = UInt32(truncatingIfNeeded: number)
            #expect(written { $0.append(decimal: small) } == String(small))
            #expect(written { $0.append(decimal: Int32(bitPattern: small)) } == String(Int32(bitPattern: small)))
        }
        #expect(written { $0.append(decimal: Int64.min) } == "-9223372036854775808")
        #expect(written { $0.append(decimal: Int32.min) } == "-2147483648")
    }

    @Test(arguments: [(0, 2, "00"), (7, 1, "7"), (7, 4, "0007"), (123_456, 6, "123456"), (12_345, 2, "12345")])
    func widthIsFilledWithZeros(number: UInt32, width: Int, text: String) {
        #expect(written { $0.append(decimal: number, width: width) } == text)
    }

    @Test func octetsAreShownInHexadecimal() {
        let octets: [UInt8] = [0x00, 0x9a, 0xff]
        #expect(written { $0.append(hex: octets.span.bytes) } == "009aff")
        let isApart = written { $0.append(hex: octets.span.bytes, isUppercase: true, separator: UInt8(ascii: " ")) }
        #expect(isApart == "00 9A FF")
        #expect(written { $0.append(dotted: 0xc000_02ff) } == "192.0.2.255")
    }

    /// Each append must find room whatever stood there before, at every size up to several growths.
    @Test func growsWithWhatIsAppended() {
        var text = OctetWriter(capacity: 1)
        var expected = ""
        for number in 0..<1_000 {
            text.append(decimal: number)
            text.append(UInt8(ascii: ","))
            text.append("é")
            text.append(String(repeating: "x", count: number % 7))
            text.append(UInt8(ascii: " "), times: number % 3)
            expected += "\(number),é" + String(repeating: "x", count: number % 7)
            expected += String(repeating: " ", count: number % 3)
        }
        #expect(text.text() == expected)
        #expect(text.copy() == Array(expected.utf8))
        #expect(text.count == expected.utf8.count)
        text.append(UInt8(ascii: "-"), times: -1)
        #expect(text.count == expected.utf8.count)
    }

    @Test func whatWasAppendedCanBeTakenBack() {
        var text = OctetWriter()
        text.append("keep")
        let start = text.count
        text.append("drop")
        #expect(text.text(from: start) == "drop")
        text.truncate(to: start)
        text.append(Array("!".utf8))
        #expect(text.text() == "keep!")
        text.removeAll()
        let isEmpty = text.isEmpty
        #expect(isEmpty)
        #expect(text.text().isEmpty)
    }

    @Test func brokenTextIsSeenAndShownWithReplacements() {
        var text = OctetWriter()
        text.append([0xc3] as [UInt8])
        let start = text.count
        text.append("fine é")
        let isText = (whole: text.isUTF8(from: 0), end: text.isUTF8(from: start))
        #expect(!isText.whole)
        #expect(isText.end)
        #expect(text.text() == "\u{fffd}fine é")
    }
}
