import Basics
import Testing

@testable import Trapline

@Suite struct HostNameTests {
    @Test(arguments: [
        ("gateway-1.example.net", "gateway-1.example.net"), ("gateway-1.example.net.", "gateway-1.example.net"),
        ("SBC_7", "SBC_7"), ("localhost", nil), ("LocalHost.", nil), ("", nil), (".", nil), ("two words", nil),
        ("line\nbreak", nil), ("<b>bold</b>", nil), ("müller.example", nil),
        ("192.0.2.7", nil), ("192.0.2.7.example", "192.0.2.7.example"),
        (String(repeating: "a", count: 253), String(repeating: "a", count: 253)),
        (String(repeating: "a", count: 254), nil),
    ])
    func onlyWhatAHostCanBeCalledIsShown(_ text: String, _ name: String?) {
        #expect(HostName.name(Array(text.utf8)) == name)
    }

    /// The hosts file of nearly every machine has them, and if not, no harm is done.
    @Test(arguments: ["127.0.0.1", "::1"])
    func theMachineItselfIsAsked(_ text: String) throws {
        if case .name(let name) = HostName.lookUp(try #require(IPAddress(text))) {
            #expect(!name.isEmpty && name != "localhost")
        }
    }
}
