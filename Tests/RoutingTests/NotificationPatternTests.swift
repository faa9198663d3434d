import Alarms
import MIBCatalog
import Routing
import SNMPWire
import Testing

/// Names, OIDs, subtrees and globs, from an operator's text to a match.
@Suite struct NotificationPatternTests {
    @Test(arguments: [
        ("IF-MIB::linkDown", "IF-MIB::linkDown", true), ("linkDown", "IF-MIB::linkDown", true),
        ("1.3.6.1.6.3.1.1.5.3", "IF-MIB::linkDown", true), (".1.3.6.1.6.3.1.1.5.3", "IF-MIB::linkDown", true),
        ("linkDown", "IF-MIB::linkUp", false),
        ("1.3.6.1.6.3.1.1.5.*", "IF-MIB::linkUp", true), ("1.3.6.1.6.3.1.1.5.3.*", "IF-MIB::linkDown", true),
        ("1.3.6.1.6.3.1.1.5.3.*", "IF-MIB::linkUp", false),
        ("SNMPv2-SMI::enterprises.*", "1.3.6.1.4.1.99999.0.1", true), ("enterprises.*", "IF-MIB::linkUp", false),
        ("1.3.6.1.4.1.5003.*", "1.3.6.1.4.1.5003.9.10.1.21.2.0.200", true),
        ("1.3.6.1.4.1.5003.*", "1.3.6.1.4.1.50030.1", false),
        ("IF-MIB::link*", "IF-MIB::linkDown", true), ("IF-MIB::link*", "IF-MIB::linkUp", true),
        ("IF-MIB::link*", "SNMPv2-MIB::coldStart", false), ("link*", "IF-MIB::linkUp", true),
        ("*::link*", "IF-MIB::linkUp", true), ("SNMPv2-*::link*", "IF-MIB::linkUp", false),
        ("link??", "IF-MIB::linkUp", true), ("link??", "IF-MIB::linkDown", false),
        ("acBoard*", "AcBoard::acBoardEthernetLinkAlarm", true), ("acBoard*", "AcBoard::acKeepAlive", false),
        // A number that is in no module goes by its nearest ancestor, where the pattern leaves the end open.
        ("AcBoard::*", "1.3.6.1.4.1.5003.9.10.1.21.2.0.200", true),
        ("AcBoard::acBoardTrapDefinitions", "1.3.6.1.4.1.5003.9.10.1.21.2.0.200", false),
        ("IF-MIB::*", "1.3.6.1.4.1.5003.9.10.1.21.2.0.200", false),
        ("*", "1.3.6.1.4.1.99999.0.1", true), ("*", "IF-MIB::linkUp", true),
    ])
    func notifications(pattern: String, trap: String, expected: Bool) throws {
        let compiled = try #require(RouteConditions.NotificationPattern(pattern, catalog: catalog))
        #expect(Case(trap: trap).matches(RouteConditions(notifications: [compiled])) == expected)
    }

    @Test func oneOfSeveralNotificationsIsEnough() {
        let conditions = RouteConditions(notifications: [.exact(oid("linkUp")), .glob("cold*")])
        #expect(Case(trap: "SNMPv2-MIB::coldStart").matches(conditions))
        #expect(!Case(trap: "IF-MIB::linkDown").matches(conditions))
    }

    @Test(arguments: ["linkDwon", "IF-MIB::noSuch", "1.3.*.1", "1.3.6.1.?", "1.2.3.4.5.x", ""])
    func whatIsNoPatternIsRefused(text: String) {
        #expect(RouteConditions.NotificationPattern(text, catalog: catalog) == nil)
    }

    @Test func aTrapUnderTheConfiguredRootGoesByTheVendorsNames() {
        let root = OID.enterprises.appending(4_711, 7)
        let moved = Case(trap: root.appending(2, 0, 10).description)
        for pattern in ["1.3.6.1.4.1.5003.*", "1.3.6.1.4.1.4711.*", "AcBoard::acBoard*", "acBoardEthernetLinkAlarm"] {
            let compiled = RouteConditions.NotificationPattern(pattern, catalog: catalog)
            let row = Route(
                name: "row", when: RouteConditions(notifications: [compiled].compactMap(\.self)), to: ["sink"])
            #expect(moved.decide([row], vendor: VendorProfile(trapRoot: root)).sinks == ["sink"], "\(pattern)")
        }
    }
}
