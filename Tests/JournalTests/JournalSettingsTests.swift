import Testing

@testable import Journal

@Suite struct JournalSettingsTests {
    @Test func theDefaultsAreTheDocumentedOnes() {
        let settings = JournalSettings()
        #expect(settings.segmentSize == 64 << 20)
        #expect(settings.commitInterval == .milliseconds(5))
        #expect(settings.commitSize == 1 << 20)
        #expect(settings.sync == .group)
        #expect(settings.gatherLimit > settings.commitSize)
    }
}
