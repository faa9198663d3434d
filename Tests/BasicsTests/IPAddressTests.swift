import Glibc
import Testing

@testable import Basics

@Suite struct IPAddressTests {
    @Test(
        arguments: [
            ("0.0.0.0", 0), ("192.0.2.1", 0xc000_0201), ("255.255.255.255", 0xffff_ffff), ("10.0.0.1", 0x0a00_0001),
        ] as [(String, UInt32)]) func dottedDecimalIsRead(text: String, bits: UInt32) throws
    {
        let address = try #require(IPAddress(text))
        #expect(address == IPAddress(v4: bits))
        #expect(address.family == .v4)
        #expect(address.bits == UInt128(bits))
        #expect(address.description == text)
        #expect(address.octets == text.split(separator: ".").compactMap { UInt8($0) })
    }

    /// Text as people write it, and as RFC 5952 asks for it.
    @Test(arguments: [
        ("::", "::"), ("::1", "::1"), ("2001:DB8::1", "2001:db8::1"),
        ("2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("fe80::20c:0:0:0", "fe80::20c:0:0:0"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ]) func ipv6IsReadAndWritten(text: String, canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.family == .v6)
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
        #expect(address.octets.count == 16)
    }

    @Test(arguments: [
        "", " ", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.4 ", " 1.2.3.4", "1.2.3.-4", "01.2.3.4", "a.b.c.d",
        "::g", ":::", "1::2::3", "fe80::1%eth0", "[::1]", "1.2.3.4\0", "1.2.3.4\0junk", "::1\0", "192.0.2.1:162",
        "١.٢.٣.٤", "0x7f.0.0.1", "2130706433",
    ]) func otherTextIsNone(text: String) {
        #expect(IPAddress(text) == nil)
    }

    // MARK: IPv4 within IPv6 (RFC 4291 §2.5.5.2)

    @Test func aMappedAddressIsTheIPv4Address() throws {
        let mapped = try #require(IPAddress("::ffff:192.0.2.1"))
        #expect(mapped == IPAddress("192.0.2.1"))
        #expect(mapped.family == .v4)
        #expect(mapped.description == "192.0.2.1")
        #expect(mapped.octets.count == 4)
        #expect(IPAddress(v6: 0xffff_c000_0201) == mapped)
        #expect(IPAddress(octets: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1]) == mapped)
    }

    @Test func whatOnlyLooksMappedIsNot() {
        #expect(IPAddress("::192.0.2.1")?.family == .v6)
        #expect(IPAddress("::fffe:192.0.2.1")?.family == .v6)
        #expect(IPAddress("1::ffff:192.0.2.1")?.family == .v6)
        #expect(IPAddress("::ffff:0:192.0.2.1")?.family == .v6)
    }

    // MARK: Octets

    @Test func octetsRoundTrip() {
        for octets in [[1, 2, 3, 4], (0..<16).map { UInt8($0 * 17) }] as [[UInt8]] {
            #expect(IPAddress(octets: octets)?.octets == octets)
        }
    }

    @Test(arguments: [0, 1, 3, 5, 15, 17]) func otherCountsOfOctetsAreNone(count: Int) {
        #expect(IPAddress(octets: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test func onlyAnyIsUnspecified() throws {
        #expect(IPAddress(v4: 0).isUnspecified)
        #expect(IPAddress(v6: 0).isUnspecified)
        #expect(!IPAddress(v4: 1).isUnspecified)
        #expect(!IPAddress(v6: 1).isUnspecified)
    }

    @Test func ipv4SortsBeforeIPv6AndEachByNumber() throws {
        let sorted = try ["0.0.0.0", "9.0.0.0", "10.0.0.0", "255.0.0.0", "::", "::1", "fe80::"].map {
            try #require(IPAddress($0))
        }
        #expect(sorted.shuffled().sorted() == sorted)
        #expect(IPAddress(v4: 7) != IPAddress(v6: 7))
    }

    /// Random addresses through their text and back, read the same by the C library.
    @Test func randomAddressesRoundTrip() throws {
        for _ in 0..<2_000 {
            // Runs of zeros are what the short form is about.
            let mask = (0..<8).reduce(UInt128(0)) { mask, _ in mask << 16 | (Bool.random() ? 0xffff : 0) }
            let address = IPAddress(v6: .random(in: 0 ... .max) & mask)
            #expect(IPAddress(address.description) == address, "\(address)")
            #expect(IPAddress(octets: address.octets) == address, "\(address)")
        }
    }
}
