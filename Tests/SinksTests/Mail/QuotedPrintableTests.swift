import Foundation
import Testing

@testable import Sinks

@Suite struct QuotedPrintableTests {
    @Test(arguments: [
        ("plain", "plain"), ("a=b", "a=3Db"), ("ü", "=C3=BC"), ("end \nnext\t", "end=20\r\nnext=09"), ("", ""),
        ("\n", "\r\n"), (String(repeating: "x", count: 76), String(repeating: "x", count: 76)),
        (String(repeating: "x", count: 77), String(repeating: "x", count: 75) + "=\r\nxx"),
    ])
    func `encodes`(text: String, encoded: String) {
        #expect(QuotedPrintable.encode(text) == encoded)
    }

    @Test func `no line is longer than 76`() {
        for count in 60...90 {
            let encoded = QuotedPrintable.encode(String(repeating: "x", count: count) + "ü€ y")
            #expect(encoded.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 76 })
        }
    }
}
