import Testing

@testable import Basics

@Suite struct EndpointTests {
    @Test(arguments: [
        "192.0.2.1:162", "0.0.0.0:0", "10.0.0.1:65535", "[2001:db8::1]:162", "[::]:1161", "[::1]:1",
    ]) func endpointsRoundTrip(text: String) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(endpoint.description == text)
        #expect(Endpoint(text, defaultPort: 9) == endpoint)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1:162"), ("2001:db8::1", "[2001:db8::1]:162"), ("[2001:db8::1]", "[2001:db8::1]:162"),
        ("::", "[::]:162"), ("192.0.2.1:9", "192.0.2.1:9"), ("[::1]:9", "[::1]:9"),
        // Without brackets the last group is part of the address, never a port.
        ("2001:db8::1:9", "[2001:db8::1:9]:162"),
    ]) func thePortMayBeLeftOutWhereThereIsADefault(text: String, full: String) {
        #expect(Endpoint(text, defaultPort: 162)?.description == full)
    }

    @Test(arguments: [
        "", ":", ":162", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:+162",
        "192.0.2.1: 162", "192.0.2.1:162 ", "192.0.2.1:1:2", "2001:db8::1:162", "[2001:db8::1]", "[2001:db8::1]:",
        "[2001:db8::1]162", "[2001:db8::1", "2001:db8::1]:162", "[]:162", "[192.0.2.1]:", "localhost:162", "[::1]:+1",
        "192.0.2.1:٣", "192.0.2.1:0x10",
    ]) func otherTextIsNone(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test(arguments: ["192.0.2.1:+162", "[::1]:", "[::1]:+162", "x", "", "192.0.2.1:"])
    func aDefaultPortDoesNotMendABadOne(text: String) {
        #expect(Endpoint(text, defaultPort: 162) == nil)
    }

    @Test func aMappedAddressIsWrittenAsIPv4() {
        #expect(Endpoint("[::ffff:192.0.2.1]:162")?.description == "192.0.2.1:162")
    }

    @Test func addressAndPortBothCount() throws {
        let endpoint = try #require(Endpoint("192.0.2.1:162"))
        #expect(endpoint == Endpoint(IPAddress(v4: 0xc000_0201), port: 162))
        #expect(endpoint != Endpoint("192.0.2.1:163"))
        #expect(endpoint != Endpoint("192.0.2.2:162"))
    }
}
