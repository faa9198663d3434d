import Basics
import Intake
import Journal
import Testing

@testable import TraplineConfiguration

struct ListenSectionTests {
    private func listeners(_ text: String) throws -> [ListenerSettings] {
        let loaded = load(text)
        #expect(loaded.problems.map(\.description) == [])
        return try #require(loaded.configuration).listeners
    }

    private func endpoint(_ text: String) throws -> Endpoint { try #require(Endpoint(text)) }

    @Test func theShortForms() throws {
        #expect(
            try listeners("listen: {traps: 192.0.2.1, keep-alives: [192.0.2.1, \"[2001:db8::1]\"]}") == [
                ListenerSettings(name: "traps", endpoints: [endpoint("192.0.2.1:162")]),
                ListenerSettings(
                    name: "keep-alives", endpoints: [endpoint("192.0.2.1:1161"), endpoint("[2001:db8::1]:1161")]),
            ])
    }

    @Test func theLongForm() throws {
        #expect(
            try listeners("listen: {traps: {endpoints: [\"0.0.0.0:10162\"], threads: 4, receive-buffer: 8MiB}}") == [
                ListenerSettings(
                    name: "traps", endpoints: [endpoint("0.0.0.0:10162")], threads: 4, receiveBuffer: 8 * 1_048_576)
            ])
    }

    @Test func aFreePortCanBeAskedForTwice() throws {
        let free = try endpoint("127.0.0.1:0")
        #expect(
            try listeners("listen: {traps: [\"127.0.0.1:0\", \"127.0.0.1:0\"]}").map(\.endpoints) == [[free, free]])
    }

    @Test func moreAddressesThanTheLimitAreRefused() {
        let addresses = (0...ListenSection.maximumEndpoints).map { "10.0.0.\($0)" }.joined(separator: ", ")
        #expect(load("listen: {traps: [\(addresses)]}").problems.count == 1)
    }
}

struct JournalSectionTests {
    @Test func readsEverySetting() throws {
        let loaded = load(
            "journal: {segment-size: 1GiB, commit-interval: 10ms, commit-size: 64KiB, gather-limit: 2MiB, sync: always}"
        )
        #expect(loaded.problems.map(\.description) == [])
        var expected = JournalSettings()
        expected.segmentSize = 1_073_741_824
        expected.commitInterval = .milliseconds(10)
        expected.commitSize = 65_536
        expected.gatherLimit = 2 * 1_048_576
        expected.sync = .always
        #expect(try #require(loaded.configuration).journal == expected)
    }
}

struct AccessSectionTests {
    @Test func readsEveryForm() throws {
        let loaded = load(
            "access: {communities: [public, {name: fleet, value: 0123}, {value: x}], sources: [10.0.0.0/8, \"::1\"]}")
        #expect(loaded.problems.map(\.description) == [])
        #expect(
            try #require(loaded.configuration).access
                == AccessSettings(
                    communities: [
                        Community(name: nil, value: Secret("public")), Community(name: "fleet", value: Secret("0123")),
                        Community(name: nil, value: Secret("x")),
                    ], sources: [#require(Network("10.0.0.0/8")), #require(Network("::1"))]))
    }
}
