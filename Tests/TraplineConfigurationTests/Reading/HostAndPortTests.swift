import Basics
import Testing

@testable import TraplineConfiguration

struct HostAndPortTests {
    @Test(arguments: [
        ("10.0.0.5:514", "10.0.0.5", 514), ("10.0.0.5", "10.0.0.5", nil), ("logs.example.net", "logs.example.net", nil),
        ("logs.example.net:6514", "logs.example.net", 6514), ("[2001:db8::5]:514", "2001:db8::5", 514),
        ("[2001:db8::5]", "2001:db8::5", nil), ("localhost:1", "localhost", 1), ("my_host-1:65535", "my_host-1", 65535),
        ("3com.example", "3com.example", nil),
    ])
    func reads(text: String, host: String, port: UInt16?) {
        let peer = HostAndPort(text)
        #expect(peer?.host == host)
        #expect(peer?.port == port)
    }

    @Test(arguments: [
        "", ":514", "10.0.0.256", "10.0.0:514", "host:", "host:0", "host:65536", "host:-1", "host:+1", "host:x",
        "ho st", "host/path", "-host", "host-", "a..b", "2001:db8::5", "2001:db8::5:514", "[10.0.0.5]:514", "[::1",
        "[::1]514", "[::1]:", "höst", "host:٥", String(repeating: "a", count: 64),
        String(repeating: "a.", count: 127) + "a",
    ])
    func refuses(text: String) {
        #expect(HostAndPort(text) == nil)
    }

    @Test(arguments: ["10.0.0.5:514", "[2001:db8::5]:514", "[2001:db8::5]", "logs.example.net"])
    func writesWhatItReads(text: String) {
        #expect(HostAndPort(text)?.description == text)
    }
}

struct PeerURLTests {
    @Test func readsSchemeHostAndPort() {
        #expect(PeerURL("tls://logs.example.net:6514")?.scheme == "tls")
        #expect(PeerURL("TCP://[::1]:514")?.scheme == "tcp")
        #expect(PeerURL("smtp://10.0.0.6/")?.peer == HostAndPort("10.0.0.6"))
    }

    @Test(arguments: ["10.0.0.5:514", "tcp:/10.0.0.5", "tcp://", "tcp://host/path", "tcp://host?x=1", "tcp://a b", ""])
    func refuses(text: String) {
        #expect(PeerURL(text) == nil)
    }
}
