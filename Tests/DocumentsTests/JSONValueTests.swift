import Documents
import Foundation
import SNMPWire
import Testing

@Suite struct JSONValueTests {
    @Test(
        arguments: [
            (.integer(-5), "-5"),
            (.integer(.min), "-2147483648"),
            (.counter32(.max), "4294967295"),
            (.gauge32(7), "7"),
            (.timeTicks(4_200), "4200"),
            (.counter64(.max), "\"18446744073709551615\""),
            (.octetString([0x00, 0x90, 0x8F, 0xFF]), "\"00908fff\""),
            (.octetString([]), "\"\""),
            (.opaque([0x9f, 0x01]), "\"9f01\""),
            (.objectIdentifier(.mib2), "\"1.3.6.1.2.1\""),
            (.ipAddress(0xc000_0201), "\"192.0.2.1\""),
            (.float(1.5), "1.5"),
            (.float(0.1), "0.1"),
            (.double(-2.25), "-2.25"),
            (.double(.nan), "\"NaN\""),
            (.double(.infinity), "\"Infinity\""),
            (.float(-.infinity), "\"-Infinity\""),
            (.null, "null"),
            (.noSuchObject, "null"),
            (.noSuchInstance, "null"),
            (.endOfMibView, "null"),
        ] as [(Value, String)])
    func values(value: Value, expected: String) throws {
        let json = JSONValue(value)
        let text = String(decoding: try JSONEncoder().encode([json]), as: UTF8.self)
        #expect(text == "[\(expected)]")
        #expect(try JSONDecoder().decode([JSONValue].self, from: Data(text.utf8)) == [json])
    }
}
