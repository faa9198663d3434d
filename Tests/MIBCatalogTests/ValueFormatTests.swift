import Basics
import SNMPWire
import Testing

@testable import MIBCatalog

struct ValueFormatTests {
    /// What RFC 2579 and net-snmp leave open, or where we differ for people's sake; the rest is held against net-snmp
    /// by `ValueAgreementTests`.
    @Test(arguments: [
        // A text is one in any script, and without the quotes and escapes that net-snmp puts around it.
        (Array("Zürich, Gleis 3".utf8), "Zürich, Gleis 3"), (Array("say \"hi\" \\".utf8), "say \"hi\" \\"),
        // Devices written in C send the NUL of their strings along, and an empty one as a NUL alone.
        (Array("Board#1\0".utf8), "Board#1"), ([0], ""), ([], ""),
        // Line ends are part of texts, other control characters are not.
        (Array("two\r\nlines\t.".utf8), "two\r\nlines\t."), ([0x1b, 0x5b, 0x41], "1B 5B 41"),
        (Array("a\u{85}".utf8), "61 C2 85"), ([0x7f], "7F"),
        // No text: several NULs, broken UTF-8, a NUL inside.
        ([0, 0], "00 00"), ([0xc3, 0x28], "C3 28"), ([0x41, 0, 0x42], "41 00 42"), ([0xff, 0xfe, 0], "FF FE 00"),
        (Array(0...19), "00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10 11 12 13"),
    ])
    func octetsWithoutHintAreShownSo(octets: [UInt8], text: String) {
        #expect(Catalog.empty.text(of: .octetString(octets[...]), for: .internet) == text)
    }

    @Test(arguments: [
        (0, "(0) 0:00:00.00"), (123, "(123) 0:00:01.23"), (8_639_999, "(8639999) 23:59:59.99"),
        (8_640_000, "(8640000) 1 day, 0:00:00.00"), (4_294_967_295, "(4294967295) 497 days, 2:27:52.95"),
    ])
    func durationIsShownSo(ticks: UInt32, text: String) {
        #expect(Catalog.empty.text(of: .timeTicks(ticks), for: .internet) == text)
    }

    @Test func valueOfAnotherTypeSpeaksForItself() throws {
        let catalog = Bundled.catalog
        let status = try #require(catalog.oid(named: "IF-MIB::ifOperStatus.7"))
        #expect(catalog.text(of: .integer(2), for: status) == "down(2)")
        #expect(catalog.text(of: .integer(99), for: status) == "99")
        #expect(catalog.text(of: .gauge32(2), for: status) == "2")
        #expect(catalog.text(of: .octetString(Array("down".utf8)[...]), for: status) == "down")
        let delay = try #require(catalog.oid(named: "UPS-MIB::upsEstimatedMinutesRemaining.0"))
        #expect(catalog.text(of: .integer(12), for: delay) == "12 minutes")
        #expect(catalog.text(of: .timeTicks(12), for: delay) == "(12) 0:00:00.12")
    }

    @Test func exceptionsAndNullAreWords() throws {
        let oid = try #require(OID("1.3.6.1.2.1.1.5.0"))
        let texts = [Value.null, .noSuchObject, .noSuchInstance, .endOfMibView].map {
            Bundled.catalog.text(of: $0, for: oid)
        }
        #expect(texts == ["NULL", "no such object", "no such instance", "end of the MIB view"])
    }

    @Test func numbersAreNeverCut() throws {
        let oid = try #require(OID("1.3.6.1.4.1.99999"))
        let catalog = Bundled.catalog
        #expect(catalog.text(of: .counter64(.max), for: oid) == "18446744073709551615")
        #expect(catalog.text(of: .double(-1.7976931348623157e308), for: oid).count == 317)
        #expect(catalog.text(of: .float(.nan), for: oid) == "nan")
        #expect(catalog.text(of: .integer(.min), for: oid) == "-2147483648")
    }

    @Test func brokenHintLeavesTheValueAsItIs() {
        #expect(DisplayHint("?", isForOctets: true) == nil)
        var tables = CatalogTables()
        let format = tables.format(.octetString, hint: "?", units: "parts")
        var text = OctetWriter()
        let octet: [UInt8] = [0x61]
        tables.append(.octetString(octet.rawOctets), format, to: &text) { _, _ in }
        #expect(text.text() == "a parts")
    }
}
