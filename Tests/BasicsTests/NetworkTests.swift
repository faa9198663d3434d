import Testing

@testable import Basics

@Suite struct NetworkTests {
    @Test(arguments: [
        "0.0.0.0/0", "10.0.0.0/8", "192.0.2.0/24", "192.0.2.128/25", "192.0.2.1/32", "::/0", "2001:db8::/32",
        "2001:db8::1/128", "fe80::/10",
    ]) func networksRoundTrip(text: String) {
        #expect(Network(text)?.description == text)
    }

    @Test func aBareAddressIsANetworkOfOne() throws {
        #expect(Network("192.0.2.1")?.description == "192.0.2.1/32")
        #expect(Network("2001:db8::1")?.description == "2001:db8::1/128")
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/ 8",
        "10.0.0.0/8 ", "10.1.2.3/8", "192.0.2.1/31", "2001:db8::1/64", "2001:db8::/129", "::1/0", "1.2.3.4/0",
        "10.0.0.0/255.0.0.0", "x/8", "10.0.0.0/٨", "10.0.0.0/99999999999999999999", "10/8",
    ]) func otherTextIsNone(text: String) {
        #expect(Network(text) == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "10.1.2.3"], ["9.255.255.255", "11.0.0.0", "::a00:0"]),
        ("192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127", "192.0.3.128"]),
        ("192.0.2.1/32", ["192.0.2.1"], ["192.0.2.0", "192.0.2.2"]),
        ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "2001:db8::1"]),
        ("::/0", ["::", "ffff::", "2001:db8::1"], ["0.0.0.0", "192.0.2.1"]),
        ("2001:db8::/32", ["2001:db8::", "2001:db8:ffff::1"], ["2001:db7::", "2001:db9::"]),
        ("2001:db8::1/128", ["2001:db8::1"], ["2001:db8::", "2001:db8::2"]),
    ]) func membership(network: String, inside: [String], outside: [String]) throws {
        let network = try #require(Network(network))
        for text in inside { #expect(network.contains(try #require(IPAddress(text))), "\(text)") }
        for text in outside { #expect(!network.contains(try #require(IPAddress(text))), "\(text)") }
    }

    /// A mapped network is the IPv4 network: its addresses are never seen as anything else.
    @Test func aMappedNetworkIsTheIPv4Network() {
        #expect(Network("::ffff:10.0.0.0/104")?.description == "10.0.0.0/8")
        #expect(Network("::ffff:192.0.2.1/128")?.description == "192.0.2.1/32")
        #expect(Network("::ffff:192.0.2.1")?.description == "192.0.2.1/32")
        #expect(Network("::ffff:0.0.0.0/96")?.description == "0.0.0.0/0")
        // Shorter than the mapping's own prefix it would take in what is no IPv4 address.
        #expect(Network("::ffff:0.0.0.0/95") == nil)
        #expect(Network("::ffff:10.0.0.0/8") == nil)
    }

    /// Every prefix length against the definition: the first bits agree.
    @Test func everyPrefixLengthComparesItsBits() throws {
        for family in [32, 128] {
            for length in 0...family {
                let ones = UInt128.max >> UInt128(128 - family)
                let base = length == 0 ? 0 : (ones >> UInt128(family - length)) << UInt128(family - length)
                let address = family == 32 ? IPAddress(v4: UInt32(base)) : IPAddress(v6: base)
                let network = try #require(Network("\(address)/\(length)"))
                #expect(network.contains(address))
                for bit in 0..<family {
                    let other = base ^ (UInt128(1) << UInt128(bit))
                    let changed = family == 32 ? IPAddress(v4: UInt32(other)) : IPAddress(v6: other)
                    #expect(network.contains(changed) == (bit < family - length), "/\(length), bit \(bit)")
                }
            }
        }
    }
}
