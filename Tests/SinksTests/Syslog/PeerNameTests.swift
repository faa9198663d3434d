import NIOSSL
import TestPeers
import Testing

@testable import Sinks

@Suite struct PeerNameTests {
    @Test(arguments: [
        ("localhost", "localhost", true), ("LOCALHOST.", "localhost", true), ("a.example.net", "*.example.net", true),
        ("a.b.example.net", "*.example.net", false), ("example.net", "*.example.net", false), ("net", "*", false),
        ("example.net", "*.net", false), ("b.example.net", "a.example.net", false), ("", "localhost", false),
    ])
    func `a name and a pattern`(name: String, pattern: String, isMatch: Bool) {
        #expect(PeerName.matches(name, pattern: pattern) == isMatch)
    }

    @Test func `an address in the certificate is no name`() throws {
        let certificates = try WireSamples.certificates.get()
        let certificate = try #require(try NIOSSLCertificate.fromPEMFile(certificates.serverCertificate).first)
        #expect(PeerName.isBorne("localhost", by: certificate))
        #expect(!PeerName.isBorne("collector.example.org", by: certificate))
        #expect(!PeerName.isBorne("127.0.0.1", by: certificate))
    }
}
