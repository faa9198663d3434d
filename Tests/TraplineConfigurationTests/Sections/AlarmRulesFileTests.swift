import Alarms
import SNMPWire
import Testing

@testable import TraplineConfiguration

struct AlarmRulesFileTests {
    private func read(_ text: String) -> (file: AlarmRulesFile, problems: [ConfigurationProblem]) {
        let reader = DocumentReader(file: "rules.yaml")
        let file = AlarmRulesFile(reader.parse(text), reader, names: ObjectNames(BundledCatalog.catalog))
        return (file, reader.problems)
    }

    private func oid(_ text: String) throws -> OID { try #require(OID(text)) }

    @Test func readsEverySetting() throws {
        let (file, problems) = read(
            """
            vendor-trap-root: 1.3.6.1.4.1.99999.21
            rules:
              - notification: 1.3.6.1.4.1.99999.1
                severity: {variable: IF-MIB::ifOperStatus, map: {up: cleared, down: major, 3: warning, -1: minor}, otherwise: critical}
                key: [IF-MIB::ifIndex, {instance: IF-MIB::ifDescr}, {parent: 1.3.6.1.4.1.99999.7}, {literal: port}]
                alarm: portState
                same-as: IF-MIB::linkDown
                text: "{IF-MIB::ifIndex}"
                event-type: communicationsAlarm
                probable-cause: lossOfSignal
            """)
        #expect(problems.map(\.description) == [])
        let ifTable = "1.3.6.1.2.1.2.2.1"
        #expect(file.vendorTrapRoot == OID("1.3.6.1.4.1.99999.21"))
        #expect(
            file.rules == [
                AlarmRule(
                    notification: try oid("1.3.6.1.4.1.99999.1"), kind: .alarm, alarm: "portState",
                    alarmOID: try oid("1.3.6.1.6.3.1.1.5.3"),
                    severity: .mapped(
                        variable: try oid(ifTable + ".8"),
                        severities: [1: .cleared, 2: .major, 3: .warning, -1: .minor], otherwise: .critical),
                    key: [
                        .value(try oid(ifTable + ".1")), .instance(try oid(ifTable + ".2")),
                        .parent(try oid("1.3.6.1.4.1.99999.7")), .literal("port"),
                    ], text: "{IF-MIB::ifIndex}", eventType: "communicationsAlarm", probableCause: "lossOfSignal")
            ])
    }

    @Test func aClearIsClearedAndHasItsRaisesKey() throws {
        let (file, problems) = read("rules: [{notification: IF-MIB::linkUp, clears: IF-MIB::linkDown}]")
        #expect(problems.isEmpty)
        #expect(file.rules.map(\.severity) == [.fixed(.cleared)])
        #expect(file.rules.map(\.alarmOID) == [try oid("1.3.6.1.6.3.1.1.5.3")])
        #expect(file.rules.map(\.alarm) == [nil])
    }

    @Test func whatIsNoAlarmNeedsNoSeverity() {
        let (file, problems) = read(
            """
            rules:
              - {notification: 1.3.6.1.4.1.99999.1, kind: event}
              - {notification: 1.3.6.1.4.1.99999.2, kind: keep-alive}
              - {notification: 1.3.6.1.4.1.99999.3, kind: restart, severity: warning}
              - {notification: 1.3.6.1.4.1.99999.4, severity: vendor}
            """)
        #expect(problems.isEmpty)
        #expect(file.rules.map(\.kind) == [.event, .keepAlive, .restart, .alarm])
        #expect(
            file.rules.map(\.severity) == [
                .fixed(.indeterminate), .fixed(.indeterminate), .fixed(.warning), .vendor,
            ])
    }

    @Test func aRuleCanHoldOnlySometimesAndItsAlarmEnd() throws {
        let (file, problems) = read(
            """
            rules:
              - {notification: IF-MIB::linkDown, severity: minor, expires: 5m, restart: clear}
              - {notification: IF-MIB::linkDown, when: {IF-MIB::ifAdminStatus: [down, 3], IF-MIB::ifIndex: 7}, kind: event}
            """)
        #expect(problems.map(\.description) == [], "the second leaves the rest to the first")
        #expect(file.rules.map(\.expires) == [.seconds(300), nil])
        #expect(file.rules.map(\.restart) == [.clear, nil])
        let ifTable = "1.3.6.1.2.1.2.2.1"
        #expect(
            file.rules.map(\.when) == [
                [],
                [
                    AlarmRule.Condition(variable: try oid(ifTable + ".7"), values: [2, 3]),
                    AlarmRule.Condition(variable: try oid(ifTable + ".1"), values: [7]),
                ],
            ])
    }

    @Test func aRuleWithAnErrorIsLeftOut() {
        let (file, problems) = read(
            """
            rules:
              - {notification: IF-MIB::linkDown, severity: majr}
              - {notification: IF-MIB::linkUp, severity: major}
            """)
        #expect(problems.count == 1)
        #expect(file.rules.count == 1)
    }

    @Test(arguments: ["", "rules: []", "# nothing"])
    func anEmptyFileHasNoRules(text: String) {
        let (file, problems) = read(text)
        #expect(problems.isEmpty)
        #expect(file.rules.isEmpty)
        #expect(file.vendorTrapRoot == nil)
    }

    @Test func theOperatorsRulesComeAfterTheShippedOnes() throws {
        let folder = try TemporaryFolder()
        try folder.write("rules: [{notification: IF-MIB::linkDown, severity: minor}]", "one.yaml")
        try folder.write(
            "vendor-trap-root: 1.3.6.1.4.1.99999.21\nrules: [{notification: IF-MIB::linkDown, severity: critical}]",
            "two.yaml")
        try folder.write("rules: [one.yaml, two.yaml]", "trapline.yaml")
        let loaded = ConfigurationLoader.load(file: folder.path("trapline.yaml"), catalog: BundledCatalog.load)
        #expect(loaded.problems.map(\.description) == [])
        let configuration = try #require(loaded.configuration)
        let linkDown = configuration.rules.filter { $0.notification == OID("1.3.6.1.6.3.1.1.5.3") }
        let always = linkDown.filter(\.when.isEmpty)
        #expect(always.map(\.severity) == [.fixed(.major), .fixed(.minor), .fixed(.critical)])
        #expect(configuration.vendor == VendorProfile(trapRoot: try oid("1.3.6.1.4.1.99999.21")))
    }

    @Test func aProblemInARulesFileStopsTheConfiguration() throws {
        let folder = try TemporaryFolder()
        try folder.write("rules: [{notification: IF-MIB::linkDown, severity: majr}]", "one.yaml")
        try folder.write("rules: one.yaml", "trapline.yaml")
        let loaded = ConfigurationLoader.load(file: folder.path("trapline.yaml"), catalog: BundledCatalog.load)
        #expect(loaded.configuration == nil)
        #expect(loaded.problems.map(\.file) == [folder.path("one.yaml")])
    }
}
