import Basics
import Testing

@Suite struct CountedTests {
    @Test func oneIsSingularAndAllElseIsNot() {
        #expect(counted(0, "event") == "0 events")
        #expect(counted(1, "event") == "1 event")
        #expect(counted(Int64(2), "event") == "2 events")
        #expect(counted(1, "address", "addresses") == "1 address")
        #expect(counted(2, "address", "addresses") == "2 addresses")
    }
}
