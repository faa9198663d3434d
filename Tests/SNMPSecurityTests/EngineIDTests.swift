import SNMPSecurity
import Testing

@Suite struct EngineIDTests {
    @Test func readsWhatOperatorsWrite() {
        let id = EngineID([0x80, 0, 0x1f, 0x88, 0x80])
        #expect(EngineID(hexadecimal: "80001f8880") == id)
        #expect(EngineID(hexadecimal: "0x80001F8880") == id)
        #expect(EngineID(hexadecimal: "80:00:1f:88:80") == id)
        #expect(EngineID(hexadecimal: "80 00 1f 88 80") == id)
        #expect(id?.description == "80001f8880")
    }

    @Test(arguments: ["", "0x", "8000", "80001f888", "80001f88zz", "٨0001f8880", String(repeating: "ab", count: 33)])
    func refuses(_ text: String) {
        #expect(EngineID(hexadecimal: text) == nil)
    }

    @Test func isItsOctets() {
        for count in 5...32 {
            let octets = (0..<count).map { UInt8($0) }
            #expect(EngineID(octets)?.octets == octets)
            // Zeros at the end are part of it.
            #expect(EngineID(octets) != EngineID(octets.dropLast() + [0xff]))
            if count < 32 { #expect(EngineID(octets + [0]) != EngineID(octets)) }
        }
        #expect(EngineID([1, 2, 3, 4]) == nil)
        #expect(EngineID([UInt8](repeating: 1, count: 33)) == nil)
    }
}
