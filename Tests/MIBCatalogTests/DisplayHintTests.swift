import Basics
import SNMPWire
import Testing

@testable import MIBCatalog

struct DisplayHintTests {
    @Test(arguments: [
        ("1x:", [0, 0x1b, 0xfc, 1, 2, 3], "0:1b:fc:1:2:3"),
        ("1x", [0, 0x1b, 0xf], "001b0f"),
        ("255a", [0x65, 0x74, 0x68], "eth"),
        ("255t", [0xc3, 0xa9], "é"),
        ("255a", [0x61, 0, 0], "a"),
        ("255a", [0x61, 0, 0x62], "a.b"),
        ("2d-1d-1d,1d:1d:1d.1d,1a1d:1d", [7, 0xea, 3, 9, 14, 5, 6, 7], "2026-3-9,14:5:6.7"),
        ("2d-1d-1d,1d:1d:1d.1d,1a1d:1d", [7, 0xea, 3, 9, 14, 5, 6, 7, 0x2b, 1, 30], "2026-3-9,14:5:6.7,+1:30"),
        ("1d.1d.1d.1d", [192, 0, 2, 1], "192.0.2.1"),
        ("1d.1d.1d.1d:2d", [192, 0, 2, 1, 0, 162], "192.0.2.1:162"),
        ("1d.1d.1d.1d%4d", [192, 0, 2, 1, 0, 0, 0, 7], "192.0.2.1%7"),
        ("4x-2x-2x-1x1x-6x", Array(0...15), "10203-405-607-89-a0b0c0d0e0f"),
        // A format that takes no octets only writes its separator.
        (
            "0a[2x:2x:2x:2x:2x:2x:2x:2x]0a:2d",
            [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 162], "[2001:db8:0:0:0:0:0:1]:162"
        ),
        // The first octet of a repeated format tells how often; the terminator follows the repetitions.
        ("*1x:/1x:", [3, 1, 2, 3, 4, 5], "1:2:3:/4:5"),
        ("*1d.", [2, 1, 2], "1.2"),
        ("1o,", [8, 64], "10,100"),
        ("a", [0x68, 0x69], "hi"),
        // Fewer octets than the format wants, as from a device that cuts short.
        ("2x:", [1, 2, 3], "102:3"),
        ("1x:", [], ""),
    ])
    func octetsAreShownSo(hint: String, octets: [UInt8], text: String) throws {
        #expect(try shown(octets, hint) == text)
    }

    @Test(arguments: ["", "1", "1z", "*", "0a", "1x:0a", "1x::0d", "*0x:"])
    func hintThatIsNoneIsRefused(hint: String) {
        #expect(DisplayHint(hint, isForOctets: true) == nil)
    }

    @Test(arguments: [
        ("d", 42, "42"), ("d", -42, "-42"), ("d-0", 42, "42"), ("d-2", 1234, "12.34"), ("d-2", -1234, "-12.34"),
        ("d-2", 34, "0.34"), ("d-2", 5, "0.05"), ("d-2", -5, "-0.05"), ("d-1", 0, "0.0"), ("x", 255, "ff"),
        ("x", -1, "ffffffff"), ("o", 8, "10"), ("b", 5, "00000000000000000000000000000101"),
        ("d", 4_294_967_295, "4294967295"),
    ])
    func numbersAreShownSo(hint: String, number: Int64, text: String) throws {
        #expect(try shown(number, hint) == text)
    }

    @Test(arguments: ["", "e", "d2", "d-", "d-2x", "xx", "255a"])
    func hintThatIsNoneForNumbersIsRefused(hint: String) {
        #expect(DisplayHint(hint, isForOctets: false) == nil)
    }

    @Test func hugeWidthsAndFractionsAreBounded() throws {
        #expect(try shown([1, 2], "99999999999999999999d") == "258")
        #expect(try shown(1, "d-99999999999999999999").count == DisplayHint.maximumFraction + 2)
    }

    private func shown(_ octets: [UInt8], _ hint: String) throws -> String {
        guard case .octets(let formats) = DisplayHint(hint, isForOctets: true) else { throw ToolFailure("no hint") }
        var text = OctetWriter()
        DisplayHint.append(octets.rawOctets, formats.span, to: &text)
        return text.text()
    }

    private func shown(_ number: Int64, _ hint: String) throws -> String {
        guard case .number(let format) = DisplayHint(hint, isForOctets: false) else { throw ToolFailure("no hint") }
        var text = OctetWriter()
        DisplayHint.append(number, format, to: &text)
        return text.text()
    }
}
