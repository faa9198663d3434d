import Alarms
import Basics
import Devices
import Foundation
import Intake
import Journal
import MIBCatalog
import Manager
import Resynchronisation
import Routing
import SNMPSecurity
import SNMPWire
import Store
import Sinks
import Testing

@testable import TraplineConfiguration

/// The example configuration, as an operator finds it.
let exampleURL = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "deploy/trapline.example.yaml")

struct ConfigurationLoaderTests {
    @Test func theCatalogIsThere() {
        #expect(BundledCatalog.catalog.nodeCount > 1_000, "the bundled modules were not found")
    }

    // MARK: The shipped files

    @Test func theExampleHasNoProblem() throws {
        let loaded = ConfigurationLoader.load(file: exampleURL.path, catalog: BundledCatalog.load)
        #expect(loaded.problems.map(\.description) == [])
        let configuration = try #require(loaded.configuration)
        #expect(configuration.listeners.map(\.name) == ["traps", "keep-alives"])
        #expect(configuration.sinks.map(\.name) == ["noc", "ops", "recorder", "archive", "screen"])
        #expect(configuration.routes.count == 8)
        #expect(configuration.rules.count > 20)
        #expect(configuration.access.communities?.map(\.name) == ["fleet"])
    }

    /// What stands in comments must be right too: each commented key, set free.
    @Test(arguments: [
        "mibs: [/etc/trapline/mibs]", "rules: [rules.yaml]", "- legacy",
        "text: \"{severity} {alarm} at {source} of {device}: {text}\"",
        "tls: {ca: ca.pem, certificate: client.pem, key: client.key, server-name: logs.example.net}",
        "starttls: required", "user: trapline", "password: {file: /run/secrets/mail-password}", "ca: ca.pem",
        "- {name: tenant-a, file: /run/secrets/tenant-a}", "relays: [10.9.0.1, 10.9.1.0/24]",
    ])
    func theExamplesCommentsHoldKnownKeys(line: String) throws {
        let example = try String(contentsOf: exampleURL, encoding: .utf8)
        #expect(example.contains("# " + line))
        let loaded = load(example.replacing("# " + line, with: line))
        let unknown = loaded.problems.filter { $0.message.contains("unknown key") || $0.message.contains("no YAML") }
        #expect(unknown.map(\.description) == [])
    }

    /// The networks of the example stand below an empty list, and some are asked in the name of its users, so that all are
    /// set free together.
    @Test func theExamplesUsersAndNetworksHaveNoProblem() throws {
        let example = try String(contentsOf: exampleURL, encoding: .utf8)
        var lines = example.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let first = try #require(lines.firstIndex(of: "  # users:"))
        let end = try #require(lines[first...].firstIndex { !$0.hasPrefix("  # ") })
        for index in first..<end { lines[index] = "  " + lines[index].dropFirst("  # ".count) }
        let freed = lines.joined(separator: "\n").replacing("  networks: []\n", with: "  networks:\n")
            .replacing("    # - {network:", with: "    - {network:")
            .replacing(#/\{file: /run/secrets/([a-z-]+)\}/#) { "s3cret-of-\($0.1)" }
        let loaded = load(freed)
        // Of the user without authentication, whom the example shows as one for old devices, and of the network that has a
        // community beside its user.
        #expect(loaded.problems.map(\.severity) == [.warning, .warning], "\(loaded.problems)")
        #expect(loaded.problems.first?.message.contains("\"legacy\": without authentication") == true)
        #expect(loaded.problems.last?.message.contains("community: beside user:") == true)
        let configuration = try #require(loaded.configuration)
        #expect(configuration.access.users.map(\.name) == ["ops", "legacy"])
        let legacy = try #require(configuration.access.users.last)
        #expect(legacy.engines.count == 1 && legacy.networks.count == 2 && legacy.contexts == [""])
        #expect(configuration.devices.rules.count == 5)
        let user = Credential(user: "ops", level: .authPriv, context: "branch")
        for (address, wish, credential) in [
            ("10.2.0.1", nil, Credential(community: Secret("s3cret-of-read-community"))),
            ("10.3.0.1", nil, user), ("10.3.0.1", .v2c, user),
            ("10.4.0.1", nil, Credential(community: Secret("s3cret-of-read-community"))),
            ("10.4.0.1", .v3, Credential(user: "ops")),
        ] as [(String, SNMPVersion?, Credential)] {
            let rule = configuration.managed.rule(for: try #require(IPAddress(address)))
            #expect(rule?.credential(for: wish) == credential, "\(address)")
        }
    }

    @Test func theShippedRulesHaveNoProblem() {
        let standard = ConfigurationLoader.standardRules(catalog: BundledCatalog.catalog)
        #expect(standard.problems.map(\.description) == [])
        let linkDown = standard.rules.first { $0.notification == OID("1.3.6.1.6.3.1.1.5.3") }
        #expect(linkDown?.severity == .fixed(.major))
        #expect(linkDown?.key == [.value(OID("1.3.6.1.2.1.2.2.1.1")!)])
    }

    /// Until SNMPv3 comes its users are checked and warned of; those of v1 and v2c are not let in in their place.
    @Test func usersAloneLetNoCommunityIn() throws {
        let users = "users: [{name: ops, level: authNoPriv, auth: {protocol: SHA, password: secret-word}}]"
        let alone = load("access: {\(users)}")
        #expect(alone.problems.map(\.severity) == [.warning])
        #expect(try #require(alone.configuration).access.communities == [])
        let beside = load("access: {communities: [public], \(users)}")
        #expect(try #require(beside.configuration).access.communities?.count == 1)
    }

    @Test func withoutModulesTheShippedRulesByNumberHold() throws {
        let standard = ConfigurationLoader.standardRules(catalog: .empty)
        #expect(standard.problems.isEmpty)
        let vendorTraps = try #require(OID("1.3.6.1.4.1.5003.9.10.1.21.2.0"))
        func vendors(_ rules: [AlarmRule]) -> [AlarmRule] { rules.filter { $0.notification.hasPrefix(vendorTraps) } }
        let withModules = ConfigurationLoader.standardRules(catalog: BundledCatalog.catalog).rules
        #expect(vendors(standard.rules) == vendors(withModules))
        #expect(vendors(standard.rules).count > 100)
        // A rule that lost the name of its key would take two interfaces for one.
        #expect(!standard.rules.contains { $0.notification == OID("1.3.6.1.6.3.1.1.5.3") })
    }

    // MARK: Defaults

    @Test func withoutAFileEverythingGoesToTheConsole() throws {
        let loaded = ConfigurationLoader.embeddedDefault(catalog: BundledCatalog.load)
        #expect(loaded.problems.isEmpty)
        let configuration = try #require(loaded.configuration)
        #expect(
            configuration.listeners == [
                ListenerSettings(
                    name: "traps", endpoints: [Endpoint("0.0.0.0:162")!, Endpoint("[::]:162")!]),
                ListenerSettings(
                    name: "keep-alives", endpoints: [Endpoint("0.0.0.0:1161")!, Endpoint("[::]:1161")!]),
            ])
        #expect(configuration.access == AccessSettings())
        #expect(configuration.dataFolder == "./trapline-data")
        #expect(configuration.metricsEndpoint == nil)
        #expect(configuration.sinks.map(\.settings) == [.console(ConsoleSettings())])
        #expect(configuration.routes.map(\.to) == [["console"]])
        #expect(configuration.routes[0].when == RouteConditions(transitions: Set(Transition.allCases)))
        #expect(!configuration.rules.isEmpty)
        #expect(configuration.vendor == .audiocodes)
    }

    @Test func anEmptyFileMeansTheEmbeddedDefault() throws {
        let loaded = load("")
        let configuration = try #require(loaded.configuration)
        let embedded = try #require(ConfigurationLoader.embeddedDefault(catalog: BundledCatalog.load).configuration)
        #expect(loaded.problems.isEmpty)
        #expect(configuration.listeners == embedded.listeners)
        #expect(configuration.routes == embedded.routes)
        #expect(configuration.rules == embedded.rules)
        #expect(configuration.journal == JournalSettings())
        #expect(configuration.retention == RetentionSettings())
    }

    @Test func readsRetention() throws {
        let loaded = load(
            """
            retention:
              journal: {age: 30d, size: 20GiB, limit: 40GiB, when-full: drop-oldest}
              events: {age: 365d, size: 2GiB, limit: 3GiB, when-full: refuse-new}
              cursors: 2d
            """)
        var expected = RetentionSettings()
        expected.journal.age = .seconds(30 * 86_400)
        expected.journal.size = 20 << 30
        expected.journal.limit = 40 << 30
        expected.journal.whenFull = .dropOldest
        expected.events.age = .seconds(365 * 86_400)
        expected.events.size = 2 << 30
        expected.events.limit = 3 << 30
        expected.events.whenFull = .refuseNew
        expected.cursors = .seconds(2 * 86_400)
        #expect(try #require(loaded.configuration).retention == expected)
    }

    @Test func withoutRoutesEverySinkGetsEverything() throws {
        let loaded = load("sinks: {a: {console: {}}, b: {console: {}}}")
        let configuration = try #require(loaded.configuration)
        #expect(configuration.routes.map(\.to) == [["a", "b"]])
        #expect(configuration.routes[0].when.transitions == Set(Transition.allCases))
        #expect(loaded.problems.map(\.severity) == [.warning])
    }

    // MARK: Top-level values

    @Test func readsEveryTopLevelValue() throws {
        let loaded = load(
            """
            data: /var/lib/trapline
            metrics: "[::1]:9999"
            timezone: Europe/Berlin
            mibs: /
            """)
        let configuration = try #require(loaded.configuration)
        #expect(configuration.dataFolder == "/var/lib/trapline")
        #expect(configuration.metricsEndpoint == Endpoint("[::1]:9999"))
        #expect(configuration.timeZone == TimeZone(identifier: "Europe/Berlin"))
        #expect(configuration.mibDirectories == ["/"])
    }

    @Test func pathsStartFromTheFilesFolder() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "data: here\nsinks: {a: {file: {to: ../events}}}\nroutes: [{name: all, to: a}]", "trapline.yaml")
        let loaded = ConfigurationLoader.load(file: folder.path("trapline.yaml"), catalog: BundledCatalog.load)
        let configuration = try #require(loaded.configuration)
        #expect(configuration.dataFolder == folder.path("here"))
        #expect(configuration.sinks.map(\.settings) == [.file(FileSettings(path: folder.path("../events")))])
    }

    @Test func asksForTheCatalogOnceWithTheOperatorsFolders() {
        var asked: [[String]] = []
        _ = load("mibs: [/, /nowhere/at/all]") { folders in
            asked.append(folders)
            return (.empty, [])
        }
        #expect(asked == [["/"]])
    }

    // MARK: Files

    @Test func aMissingFileIsAProblemOfItsOwn() {
        let loaded = ConfigurationLoader.load(file: "/nowhere/trapline.yaml", catalog: BundledCatalog.load)
        #expect(loaded.configuration == nil)
        #expect(
            loaded.problems.map(\.description) == [
                "/nowhere/trapline.yaml: error: cannot be read: No such file or directory"
            ])
    }

    @Test(arguments: ["/", "/dev/null", "/dev/zero"])
    func whatIsNoFileIsNotRead(path: String) {
        let loaded = ConfigurationLoader.load(file: path, catalog: BundledCatalog.load)
        #expect(loaded.problems.map(\.message) == ["this is no regular file"])
    }

    @Test func aHugeFileIsNotRead() throws {
        let folder = try TemporaryFolder()
        try folder.write(String(repeating: "#\n", count: SourceFile.maximumSize / 2 + 1), "trapline.yaml")
        let loaded = ConfigurationLoader.load(file: folder.path("trapline.yaml"), catalog: BundledCatalog.load)
        #expect(loaded.problems.map(\.message) == ["is larger than 1MiB, the limit for such a file"])
    }

    // MARK: Limits

    @Test func problemsAreBoundedAndTheFirstErrorIsAmongThem() {
        let sinks = (0..<90).map { "  s\($0): {console: {}}" }.joined(separator: "\n")
        let routes = (0..<300).map { _ in "s0, s0" }.joined(separator: ", ")
        let loaded = load("sinks:\n\(sinks)\nroutes:\n  - {name: a, to: [\(routes)]}\n  - {name: b, to: nobody}")
        #expect(loaded.configuration == nil)
        #expect(loaded.problems.count == DocumentReader.maximumProblems + 1)
        #expect(loaded.problems.contains { $0.severity == .error })
    }

    @Test func manyUnknownNamesStayQuick() {
        let names = (0..<2_000).map { "IF-MIB::ifNobodyKnows\($0)" }.joined(separator: ", ")
        let loaded = load("sinks: {a: {console: {}}}\nroutes: [{name: a, when: {notification: [\(names)]}, to: a}]")
        #expect(loaded.problems.count == DocumentReader.maximumProblems)
    }

    @Test func problemsStandInTheOrderOfTheFile() {
        let loaded = load("routes: [{name: a, to: nobody}]\nmetrcis: x\nsinks: {a: {sylog: {}}}\ndata: []")
        #expect(loaded.problems.map(\.line) == [1, 2, 3, 4])
    }
}

// MARK: Helpers

/// Loads a text as if it were a file in the current folder.
func load(
    _ text: String, catalog: ConfigurationLoader.CatalogSource = BundledCatalog.load
) -> ConfigurationLoader.Result {
    let reader = DocumentReader(file: "trapline.yaml")
    return ConfigurationLoader.load(reader.parse(text), reader, catalog: catalog)
}

/// A folder that lives as long as the value.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "trapline-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func write(_ text: String, _ name: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: url.appending(path: name))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
    }
}
