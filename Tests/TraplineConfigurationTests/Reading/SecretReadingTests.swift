import Basics
import Intake
import Sinks
import Testing

@testable import TraplineConfiguration

struct SecretReadingTests {
    private func communities(_ content: String, mode: Int = 0o600) throws -> ConfigurationLoader.Result {
        let folder = try TemporaryFolder()
        try folder.write(content, "community", mode: mode)
        try folder.write("access: {communities: [{name: fleet, file: community}]}", "trapline.yaml")
        return ConfigurationLoader.load(file: folder.path("trapline.yaml"), catalog: BundledCatalog.load)
    }

    @Test(arguments: [
        ("s3cret", "s3cret"), ("s3cret\n", "s3cret"), ("s3cret\r\n", "s3cret"), ("s3cret\n\n", "s3cret"),
        ("s3cret\r\n\n\r\n", "s3cret"), ("\ns3cret\n \n", "\ns3cret\n "),
        (" s3cret ", " s3cret "), ("schlüssel\n", "schlüssel"),
    ])
    func dropsClosingLineBreaks(content: String, expected: String) throws {
        let loaded = try communities(content)
        #expect(loaded.problems.isEmpty)
        #expect(
            loaded.configuration?.access.communities == [Community(name: "fleet", value: Secret(expected))])
    }

    @Test(arguments: [(0o600, false), (0o640, false), (0o644, true), (0o604, true)])
    func warnsOfAFileThatEveryUserCanRead(mode: Int, warns: Bool) throws {
        let loaded = try communities("s3cret\n", mode: mode)
        #expect(loaded.configuration != nil)
        #expect(loaded.problems.map(\.severity) == (warns ? [.warning] : []))
        #expect(loaded.problems.allSatisfy { $0.message.contains("every user of this machine can read this secret") })
    }

    @Test func refusesAnEndlessSecret() throws {
        let loaded = try communities(String(repeating: "x", count: DocumentReader.maximumSecretSize + 1))
        #expect(loaded.configuration == nil)
        #expect(loaded.problems.map(\.message).joined().hasSuffix("is too long for a community"))
    }

    @Test func aPasswordCanComeFromAFile() throws {
        let folder = try TemporaryFolder()
        try folder.write("s3cret\n", "password")
        let mail = "server: smtp://mail.example.net, from: a@example.net, to: b@example.net, user: me"
        try folder.write(
            "sinks: {ops: {mail: {\(mail), password: {file: password}}}}\nroutes: [{name: all, to: ops}]",
            "trapline.yaml")
        let loaded = ConfigurationLoader.load(file: folder.path("trapline.yaml"), catalog: BundledCatalog.load)
        let configuration = try #require(loaded.configuration)
        guard case .mail(let settings) = configuration.sinks[0].settings else {
            Issue.record("the sink is no mail sink")
            return
        }
        #expect(settings.authentication == .password(user: "me", password: Secret("s3cret")))
        #expect(!"\(loaded)".contains("s3cret"))
    }
}
