import Basics
import Sinks
import Testing

@testable import TraplineConfiguration

struct SinksSectionTests {
    /// The settings of a sink `a` of that type; every problem is an issue.
    private func settings(_ sink: String) throws -> SinkSettings {
        let loaded = load("sinks:\n  a: {\(sink)}\nroutes: [{name: all, to: a}]")
        #expect(loaded.problems.map(\.description) == [])
        return try #require(loaded.configuration).sinks[0].settings
    }

    /// Names become metric labels, words of the command line and parts of log lines.
    @Test(arguments: ["a\\\"}", "a\\n", "a{b}", "a b", "a\\u200Db", "a\\u202E", "a\\u0301", "a=b", ""])
    func aSinksNameIsLettersAndDigits(name: String) {
        let loaded = load("sinks: {\"\(name)\": {console: {}}}")
        #expect(loaded.configuration == nil, "\(name)")
    }

    @Test(arguments: ["noc", "büro-2", "監視", "a.b_c"])
    func lettersOfAllScriptsAreLetters(name: String) throws {
        #expect(try #require(load("sinks: {\(name): {console: {}}}").configuration).sinks.map(\.name) == [name])
    }

    // MARK: What any sink can be told

    private func options(_ keys: String) throws -> SinkOptions {
        let loaded = load("sinks:\n  a: {console: {}\(keys)}\nroutes: [{name: all, to: a}]")
        #expect(loaded.problems.map(\.description) == [])
        return try #require(loaded.configuration).sinks[0].options
    }

    @Test func aSinkHasOptionsBesideItsType() throws {
        #expect(try options("") == SinkOptions(expireAfter: nil, start: .now, was: nil, lagAlarm: .seconds(300)))
        #expect(
            try options(", expire-after: 1h, start: beginning, was: b, lag-alarm: 10m")
                == SinkOptions(expireAfter: .seconds(3_600), start: .beginning, was: "b", lagAlarm: .seconds(600)))
        #expect(try options(", lag-alarm: off").lagAlarm == nil)
        let first = load("sinks: {a: {start: beginning, console: {}}}")
        #expect(first.configuration?.sinks.first?.options.start == .beginning, "in any order")
    }

    @Test(arguments: [
        ("expire-after: 0s", "0s is not within 1s to 365d"), ("expire-after: never", "expected a duration"),
        ("start: end", "expected now or beginning"), ("lag-alarm: 1s", "1s is not within 10s to 7d"),
        ("was: a", "is no other sink's name"), ("was: \"a b\"", "is no other sink's name"), ("was: []", "found a list"),
        ("expires-after: 1h", "has a type already"),
    ])
    func anOptionThatIsWrong(option: String, message: String) {
        let loaded = load("sinks:\n  a: {console: {}, \(option)}\nroutes: [{name: all, to: a}]")
        #expect(loaded.configuration == nil)
        #expect(loaded.problems.contains { $0.message.contains(message) && $0.line == 2 }, "\(loaded.problems)")
    }

    @Test func aCursorGoesToOneSink() {
        let loaded = load(
            "sinks:\n  a: {console: {}, was: c}\n  b:\n    was: c\n    console: {}\nroutes: [{name: all, to: [a, b]}]")
        #expect(loaded.configuration == nil)
        #expect(loaded.problems.map(\.message) == ["was: the sink a takes over from c already"])
        #expect(loaded.problems.map(\.line) == [4])
        let standing = load("sinks:\n  a: {console: {}, was: b}\n  b: {console: {}}\nroutes: [{name: all, to: [a, b]}]")
        #expect(standing.configuration != nil)
        #expect(standing.problems.map(\.severity) == [.warning])
    }

    // MARK: Syslog

    @Test func syslogNeedsNothingButAPeer() throws {
        #expect(
            try settings("syslog: {to: \"udp://10.0.0.5\"}") == .syslog(SyslogSettings(host: "10.0.0.5", port: 514)))
    }

    @Test func syslogOverTCP() throws {
        #expect(
            try settings("syslog: {to: \"tcp://[2001:db8::5]:1514\", framing: newline}")
                == .syslog(SyslogSettings(host: "2001:db8::5", port: 1_514, transport: .tcp(.newline))))
        #expect(
            try settings("syslog: {to: \"tcp://logs.example.net\"}")
                == .syslog(SyslogSettings(host: "logs.example.net", transport: .tcp(.octetCounting))))
    }

    @Test func syslogOverTLSHasItsOwnPort() throws {
        #expect(
            try settings("syslog: {to: \"tls://logs.example.net\"}")
                == .syslog(SyslogSettings(host: "logs.example.net", port: 6_514, transport: .tls(SyslogTLS()))))
    }

    @Test func syslogOverRELPHasThePortOfRsyslogsExamples() throws {
        #expect(
            try settings("syslog: {to: \"relp://logs.example.net\"}")
                == .syslog(SyslogSettings(host: "logs.example.net", port: 2_514, transport: .relp)))
        #expect(
            try settings("syslog: {to: \"relp://[2001:db8::5]:20514\"}")
                == .syslog(SyslogSettings(host: "2001:db8::5", port: 20_514, transport: .relp)))
    }

    @Test func syslogOverTLSWithFiles() throws {
        let folder = try TemporaryFolder()
        for name in ["ca.pem", "client.pem", "client.key"] { try folder.write("-", name) }
        try folder.write(
            """
            sinks:
              a:
                syslog:
                  to: tls://logs.example.net:7000
                  tls: {ca: ca.pem, certificate: client.pem, key: client.key, server-name: other.example.net}
            routes: [{name: all, to: a}]
            """, "trapline.yaml")
        let loaded = ConfigurationLoader.load(file: folder.path("trapline.yaml"), catalog: BundledCatalog.load)
        #expect(loaded.problems.map(\.description) == [])
        let tls = SyslogTLS(
            authority: folder.path("ca.pem"), certificate: folder.path("client.pem"), key: folder.path("client.key"),
            serverName: "other.example.net")
        #expect(
            try #require(loaded.configuration).sinks.map(\.settings)
                == [.syslog(SyslogSettings(host: "logs.example.net", port: 7_000, transport: .tls(tls)))])
    }

    @Test func aKeyThatEverybodyCanReadIsWarnedOf() throws {
        let folder = try TemporaryFolder()
        try folder.write("-", "client.pem")
        try folder.write("-", "client.key", mode: 0o644)
        try folder.write(
            "sinks: {a: {syslog: {to: \"tls://host\", tls: {certificate: client.pem, key: client.key}}}}\n"
                + "routes: [{name: all, to: a}]", "trapline.yaml")
        let loaded = ConfigurationLoader.load(file: folder.path("trapline.yaml"), catalog: BundledCatalog.load)
        #expect(loaded.problems.map(\.severity) == [.warning])
    }

    @Test func everySettingOfSyslog() throws {
        var expected = SyslogSettings(host: "10.0.0.5")
        expected.format = .rfc3164
        expected.facility = 4
        expected.severities = .rfc5674
        expected.hostname = .self
        expected.text = "{severity}"
        let keys = "format: rfc3164, severities: rfc5674, hostname: self, text: \"{severity}\""
        #expect(try settings("syslog: {to: \"udp://10.0.0.5\", facility: auth, \(keys)}") == .syslog(expected))
        #expect(try settings("syslog: {to: \"udp://10.0.0.5\", facility: 4, \(keys)}") == .syslog(expected))
    }

    @Test func facilitiesHaveTheNumbersOfTheRFC() {
        #expect(SyslogSection.facilities.count == 24)
        #expect(SyslogSection.facilities[3] == "daemon")
        #expect(SyslogSection.facilities[10] == "authpriv")
        #expect(SyslogSection.facilities[16] == "local0")
    }

    // MARK: Mail

    private let addresses = "from: trapline@example.net, to: [noc@example.net, \"NOC <duty@example.net>\"]"
    private let recipients = ["noc@example.net", "NOC <duty@example.net>"]

    @Test func mailWithoutCredentials() throws {
        let expected = MailSettings(
            server: "smtp://10.0.0.6:25", startTLS: .opportunistic, from: "trapline@example.net", to: recipients)
        #expect(try settings("mail: {server: \"smtp://10.0.0.6:25\", \(addresses)}") == .mail(expected))
    }

    @Test func credentialsDemandEncryption() throws {
        let expected = MailSettings(
            server: "smtp://mail.example.net", startTLS: .required,
            authentication: .password(user: "me", password: Secret("s3cret")), from: "trapline@example.net",
            to: recipients)
        #expect(
            try settings("mail: {server: \"smtp://mail.example.net\", user: me, password: s3cret, \(addresses)}")
                == .mail(expected))
    }

    @Test func mailOverTLSFromTheStart() throws {
        let expected = MailSettings(
            server: "smtps://[2001:db8::6]:465", startTLS: .never,
            authentication: .token(user: "me", token: Secret("s3cret")), from: "trapline@example.net", to: recipients,
            window: .seconds(120))
        let keys = "user: me, token: s3cret, window: 2m, \(addresses)"
        #expect(try settings("mail: {server: \"smtps://[2001:db8::6]:465\", \(keys)}") == .mail(expected))
    }

    // MARK: The others

    @Test func debugRecording() throws {
        #expect(
            try settings("debug-recording: {to: 10.0.0.7}") == .debugRecording(DebugRecordingSettings(host: "10.0.0.7"))
        )
        #expect(
            try settings("debug-recording: {to: \"recorder:926\", form: text, community: keep}")
                == .debugRecording(
                    DebugRecordingSettings(host: "recorder", port: 926, form: .text, community: .keep)))
    }

    @Test func console() throws {
        #expect(try settings("console: ") == .console(ConsoleSettings(form: .text)))
        #expect(try settings("console: {form: json}") == .console(ConsoleSettings(form: .json)))
    }

    @Test func moreSinksThanTheLimitAreRefused() {
        let sinks = (0...SinksSection.maximumSinks).map { "  s\($0): {console: {}}" }.joined(separator: "\n")
        #expect(load("sinks:\n\(sinks)\n").problems.first?.message == "more than 100 sinks")
    }
}
