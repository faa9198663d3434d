import Testing

@testable import Captures

@Suite struct CaptureErrorTests {
    @Test func damageNamesItsPlaceAndOtherErrorsDoNot() {
        let damaged = CaptureError(.damaged, path: "a.pcap", offset: 12, detail: "two lengths")
        #expect(damaged.description == "a.pcap: damaged at octet 12: two lengths")
        let unsupported = CaptureError(.unsupported, path: "a.pcap", offset: 4, detail: "version 3")
        #expect(unsupported.description == "a.pcap: version 3")
    }
}
