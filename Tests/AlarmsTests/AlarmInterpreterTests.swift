import Alarms
import Basics
import MIBCatalog
import SNMPWire
import Testing

/// What notifications mean by rules: `Vendor` for the vendor's traps, `Standard` for everybody's.
@Suite struct AlarmInterpreterTests {
    @Suite struct Vendor {
        private static let root = VendorProfile.ownTrapRoot
        private static let otherRoot = OID.enterprises.appending(4_711, 7)

        private static let rules: [AlarmRule] = [
            rule(10, "acBoardEthernetLinkAlarm"),
            rule(4, "acBoardEvBoardStarted", kind: .event),
            rule(16, "acKeepAlive", kind: .keepAlive),
            rule(27, "acPerformanceMonitoringThresholdCrossing", kind: .event),
            rule(37, "acDChannelStatus", kind: .event),
            rule(97, "acRedundantBoardAlarm", key: [.value(root.appending(1, 3)), .value(root.appending(1, 9))]),
        ]

        private static func rule(
            _ number: UInt32, _ name: String, kind: AlarmRule.Kind = .alarm, key: [AlarmRule.KeyPart] = []
        ) -> AlarmRule {
            AlarmRule(
                notification: root.appending(2, 0, number), kind: kind, alarm: name, severity: .vendor, key: key)
        }

        private func interpret(
            _ number: UInt32, _ variables: [VariableBinding], under trapRoot: OID = root,
            vendor: VendorProfile = .audiocodes, catalog: Catalog = .empty
        ) -> Interpretation {
            AlarmInterpreter(rules: Vendor.rules, vendor: vendor, catalog: catalog)
                .interpret(received(trapRoot.appending(2, 0, number), variables))
        }

        /// The var-binds in the module's order: name, description, source, severity, running number, type, cause, three
        /// more, date.
        private func variables(
            _ number: UInt32, severity: Int32, source: String = "Board#1/EthernetLink#0", additional: String = "",
            under root: OID = root, instance: [UInt32] = [0]
        ) -> [VariableBinding] {
            let values: [(UInt32, Value)] = [
                (1, .integer(Int32(number) - 1)), (2, text("Ethernet link alarm. LAN port number 1 is down.")),
                (3, text(source)), (4, .integer(severity)), (5, .integer(12)), (6, .integer(1)), (7, .integer(56)),
                (8, text("")), (9, text(additional)), (10, text("")),
                (11, .octetString([0x07, 0xea, 1, 31, 23, 59, 59, 0, 0x2b, 0, 0])),
            ]
            return values.map {
                VariableBinding(name: root.appending(1, $0.0).appending(arcs: instance), value: $0.1)
            }
        }

        private func expectEthernet(
            _ interpretation: Interpretation, sourceLocation: SourceLocation = #_sourceLocation
        ) {
            #expect(interpretation.kind == .alarm, sourceLocation: sourceLocation)
            #expect(interpretation.alarm == "acBoardEthernetLinkAlarm", sourceLocation: sourceLocation)
            #expect(interpretation.alarmOID == Vendor.root.appending(2, 0, 10), sourceLocation: sourceLocation)
            #expect(interpretation.severity == .major, sourceLocation: sourceLocation)
            #expect(interpretation.source == "Board#1/EthernetLink#0", sourceLocation: sourceLocation)
            #expect(
                interpretation.text == "Ethernet link alarm. LAN port number 1 is down.",
                sourceLocation: sourceLocation)
            #expect(interpretation.eventType == "communicationsAlarm", sourceLocation: sourceLocation)
            #expect(interpretation.probableCause == "underlyingResourceUnavailable", sourceLocation: sourceLocation)
            #expect(
                interpretation.deviceTime?.description == "2026-01-31T23:59:59.000000Z",
                sourceLocation: sourceLocation)
        }

        @Test func anAlarmIsReadFromItsVariables() {
            expectEthernet(interpret(10, variables(10, severity: 4)))
        }

        @Test func variablesAreFoundWithoutTheirInstance() {
            expectEthernet(interpret(10, variables(10, severity: 4, instance: [])))
        }

        @Test func variablesAreFoundInAnyOrder() {
            expectEthernet(interpret(10, variables(10, severity: 4).reversed()))
            expectEthernet(interpret(10, variables(10, severity: 4).sorted { $0.name.arcCount > $1.name.arcCount }))
        }

        @Test func foreignVariablesDoNotDisturb() {
            let foreign = VariableBinding(name: Vendor.root.appending(3, 4, 0), value: .integer(5))
            expectEthernet(interpret(10, [foreign] + variables(10, severity: 4)))
        }

        @Test func aTrapUnderTheConfiguredRootIsTheVendorsTrap() {
            let vendor = VendorProfile(trapRoot: Vendor.otherRoot)
            let moved = interpret(
                10, variables(10, severity: 4, under: Vendor.otherRoot), under: Vendor.otherRoot, vendor: vendor)
            expectEthernet(moved)
            #expect(moved.trapOID == Vendor.otherRoot.appending(2, 0, 10))
            // The documentation leaves open whether the var-binds move along.
            expectEthernet(interpret(10, variables(10, severity: 4), under: Vendor.otherRoot, vendor: vendor))
            // Devices that were not told otherwise go on as before.
            expectEthernet(interpret(10, variables(10, severity: 4), vendor: vendor))
        }

        @Test func aRuleUnderTheConfiguredRootIsForTheSameTrap() {
            let rule = AlarmRule(
                notification: Vendor.otherRoot.appending(2, 0, 10), kind: .event, severity: .fixed(.warning))
            let interpreter = AlarmInterpreter(
                rules: Vendor.rules + [rule], vendor: VendorProfile(trapRoot: Vendor.otherRoot), catalog: .empty)
            let own = interpreter.interpret(received(Vendor.root.appending(2, 0, 10), variables(10, severity: 4)))
            #expect(own.kind == .event)
            #expect(own.severity == .warning)
        }

        @Test(arguments: zip(0...5 as ClosedRange<Int32>, Severity.allCases))
        func severitiesAreTheVendors(number: Int32, severity: Severity) {
            #expect(interpret(10, variables(10, severity: number)).severity == severity)
        }

        @Test(arguments: [-1, 6, 256, Int32.max])
        func whatIsNoSeverityIsIndeterminate(number: Int32) {
            #expect(interpret(10, variables(10, severity: number)).severity == .indeterminate)
        }

        @Test func withoutVariablesTheKindStays() {
            let interpretation = interpret(10, [])
            #expect(interpretation.kind == .alarm)
            #expect(interpretation.severity == .indeterminate)
            #expect(interpretation.source == "")
            #expect(interpretation.text == "acBoardEthernetLinkAlarm")
            #expect(interpretation.eventType == nil)
            #expect(interpretation.probableCause == nil)
            #expect(interpretation.deviceTime == nil)
        }

        @Test func sourcesAreNormalised() {
            let padded = interpret(10, variables(10, severity: 4, source: " Board#1/EthernetLink#0 \0\0"))
            #expect(padded.source == "Board#1/EthernetLink#0")
            #expect(interpret(10, variables(10, severity: 4, source: "\0")).source == "")
        }

        @Test func theRunningNumberAndTheSerialAreRead() {
            let serial = VariableBinding(name: Vendor.root.appending(1, 16, 0), value: text("5967925\0"))
            let full = interpret(10, variables(10, severity: 4) + [serial])
            #expect(full.runningNumber == 12)
            #expect(full.serial == "5967925")
            #expect(full.clearsOnRestart)
            var variables = variables(10, severity: 4)
            variables[4].value = .integer(32_001)
            #expect(interpret(10, variables).runningNumber == nil, "past the last")
            let zero = VariableBinding(name: Vendor.root.appending(1, 16, 0), value: text("0000"))
            #expect(interpret(10, variables + [zero]).serial == nil)
        }

        @Test func theKeepAliveIsNoEvent() {
            #expect(interpret(16, variables(16, severity: 1)).kind == .keepAlive)
        }

        @Test(arguments: [(4, 0), (27, 1), (27, 0), (37, 3), (37, 0)] as [(UInt32, Int32)])
        func logTrapsAreEventsWhateverTheirSeverity(number: UInt32, severity: Int32) {
            let interpretation = interpret(number, variables(number, severity: severity))
            #expect(interpretation.kind == .event)
            #expect(interpretation.severity.rawValue == UInt8(severity))
        }

        @Test func theStandbysAlarmsAreToldApart() {
            let link = interpret(97, variables(97, severity: 4, source: "Board#2", additional: "10"))
            let fan = interpret(97, variables(97, severity: 4, source: "Board#2", additional: "29\0"))
            #expect(link.source == "Board#2/10")
            #expect(fan.source == "Board#2/29")
        }

        @Test func theStandbysAlarmsAreToldApartUnderTheConfiguredRootToo() {
            let moved = interpret(
                97, variables(97, severity: 4, source: "Board#2", additional: "10", under: Vendor.otherRoot),
                under: Vendor.otherRoot, vendor: VendorProfile(trapRoot: Vendor.otherRoot))
            #expect(moved.source == "Board#2/10")
        }

        @Test func anUnlistedNumberTellsByItsSeverity() {
            #expect(interpret(200, variables(200, severity: 1)).kind == .event)
            #expect(interpret(200, []).kind == .event)
            for severity in [2, 3, 4, 5, 0] as [Int32] {
                let interpretation = interpret(200, variables(200, severity: severity))
                #expect(interpretation.kind == .alarm)
                #expect(interpretation.severity.rawValue == UInt8(severity))
                #expect(interpretation.alarmOID == Vendor.root.appending(2, 0, 200))
                #expect(interpretation.source == "Board#1/EthernetLink#0")
            }
        }

        @Test func anUnlistedNumberKeepsItsNumber() {
            let interpretation = interpret(200, variables(200, severity: 4), catalog: catalog)
            #expect(interpretation.alarm.hasSuffix(".200"))
        }

        @Test func anUnlistedAlarmIsClearedByItsTrap() throws {
            var table = AlarmTable()
            let raise = table.apply(
                interpret(200, variables(200, severity: 4)), device: device, time: Timestamp(seconds: 1), eventID: 1)
            let clear = table.apply(
                interpret(200, variables(200, severity: 0)), device: device, time: Timestamp(seconds: 2), eventID: 2)
            #expect(raise?.transition == .raised)
            #expect(clear?.transition == .cleared)
        }

        @Test func causesPastTheListKeepTheirNumber() {
            var variables = variables(10, severity: 4)
            variables[6].value = .integer(75)
            #expect(interpret(10, variables).probableCause == "75")
            variables[6].value = .integer(74)
            #expect(interpret(10, variables).probableCause == "unexpectedInformation")
        }
    }

    @Suite struct Standard {
        private let rules: [AlarmRule] = [
            AlarmRule(
                notification: oid("IF-MIB::linkDown"), kind: .alarm, severity: .fixed(.major),
                key: [.value(oid("IF-MIB::ifIndex"))],
                text: "Interface {IF-MIB::ifIndex} is {IF-MIB::ifOperStatus}", eventType: "communicationsAlarm"),
            AlarmRule(
                notification: oid("IF-MIB::linkUp"), kind: .alarm, alarmOID: oid("IF-MIB::linkDown"),
                severity: .fixed(.cleared), key: [.value(oid("IF-MIB::ifIndex"))]),
            AlarmRule(
                notification: oid("SNMPv2-MIB::coldStart"), kind: .restart, severity: .fixed(.warning),
                text: "Restarted"),
            AlarmRule(
                notification: oid("BGP4-MIB::bgpBackwardTransNotification"), kind: .alarm, severity: .fixed(.major),
                key: [.value(oid("BGP4-MIB::bgpPeerRemoteAddr"))]),
            AlarmRule(
                notification: oid("BGP4-MIB::bgpBackwardTransition"), kind: .alarm,
                alarmOID: oid("BGP4-MIB::bgpBackwardTransNotification"), severity: .fixed(.major),
                key: [.value(oid("BGP4-MIB::bgpPeerRemoteAddr"))]),
            AlarmRule(
                notification: oid("OSPF-TRAP-MIB::ospfNbrStateChange"), kind: .alarm,
                severity: .mapped(
                    variable: oid("OSPF-MIB::ospfNbrState"), severities: [1: .major, 4: .cleared, 8: .cleared],
                    otherwise: .minor),
                key: [.value(oid("OSPF-MIB::ospfNbrIpAddr")), .value(oid("OSPF-MIB::ospfNbrAddressLessIndex"))]),
            AlarmRule(
                notification: oid("DS1-MIB::dsx1LineStatusChange"), kind: .alarm,
                severity: .mapped(
                    variable: oid("DS1-MIB::dsx1LineStatus"), severities: [1: .cleared], otherwise: .major),
                key: [.instance(oid("DS1-MIB::dsx1LineStatus"))]),
            AlarmRule(
                notification: oid("ENTITY-STATE-MIB::entStateOperDisabled"), kind: .alarm, severity: .fixed(.major),
                key: [.value(oid("ENTITY-MIB::entPhysicalIndex"))]),
            AlarmRule(
                notification: oid("POWER-ETHERNET-MIB::pethPsePortOnOffNotification"), kind: .alarm,
                severity: .fixed(.minor),
                key: [
                    .value(oid("POWER-ETHERNET-MIB::pethPsePortGroupIndex")),
                    .value(oid("POWER-ETHERNET-MIB::pethPsePortIndex")),
                ]),
            AlarmRule(
                notification: oid("UPS-MIB::upsTrapOnBattery"), kind: .alarm, alarm: "upsTrapOnBattery",
                alarmOID: oid("UPS-MIB::upsTrapAlarmEntryAdded"), severity: .fixed(.major),
                key: [.literal("upsAlarmDescr.upsAlarmOnBattery")]),
            AlarmRule(
                notification: oid("UPS-MIB::upsTrapAlarmEntryRemoved"), kind: .alarm,
                alarmOID: oid("UPS-MIB::upsTrapAlarmEntryAdded"), severity: .fixed(.cleared),
                key: [.value(oid("UPS-MIB::upsAlarmDescr"))]),
            AlarmRule(
                notification: oid("ALARM-MIB::alarmActiveState"), kind: .alarm, severity: .fixed(.indeterminate),
                key: [.parent(oid("ALARM-MIB::alarmActiveModelPointer"))]),
        ]

        private func interpret(
            _ name: String, _ variables: [(String, Value)] = [], more: [AlarmRule] = []
        ) -> Interpretation {
            AlarmInterpreter(rules: rules + more, catalog: catalog).interpret(
                received(oid(name), variables.map { VariableBinding(name: oid($0.0), value: $0.1) }))
        }

        private let interfaceSeven: [(String, Value)] = [
            ("ifIndex.7", .integer(7)), ("ifAdminStatus.7", .integer(1)), ("ifOperStatus.7", .integer(2)),
        ]

        @Test func linkDownIsMajorAndNamesItsInterface() {
            let interpretation = interpret("IF-MIB::linkDown", interfaceSeven)
            #expect(interpretation.kind == .alarm)
            #expect(interpretation.alarm == "linkDown")
            #expect(interpretation.severity == .major)
            #expect(interpretation.source == "ifIndex.7")
            #expect(interpretation.text == "Interface 7 is down(2)")
            #expect(interpretation.eventType == "communicationsAlarm")
            #expect(interpretation.deviceTime == nil)
        }

        @Test func linkUpClearsIt() {
            let interpretation = interpret("IF-MIB::linkUp", interfaceSeven)
            #expect(interpretation.severity == .cleared)
            #expect(interpretation.alarm == "linkDown")
            #expect(interpretation.alarmOID == oid("IF-MIB::linkDown"))
            #expect(interpretation.trapOID == oid("IF-MIB::linkUp"))
            #expect(interpretation.source == "ifIndex.7")
        }

        @Test func withoutTheIndexAnotherColumnOfTheRowTellsIt() {
            #expect(interpret("IF-MIB::linkDown", [("ifDescr.12", text("eth0"))]).source == "ifIndex.12")
            // The row of ifXTable has ifIndex as its index too.
            #expect(interpret("IF-MIB::linkDown", [("ifName.12", text("eth0"))]).source == "ifIndex.12")
        }

        @Test func withoutAnyVariableTheAlarmIsTheDevices() {
            #expect(interpret("IF-MIB::linkDown").source == "")
            #expect(interpret("IF-MIB::linkDown").text == "Interface ? is ?")
        }

        @Test func bothTreesOfBGPAreOneAlarm() {
            let newer = interpret(
                "BGP4-MIB::bgpBackwardTransNotification",
                [
                    ("bgpPeerRemoteAddr.192.0.2.1", .ipAddress(0xc000_0201)),
                    ("bgpPeerState.192.0.2.1", .integer(1)),
                ])
            let older = interpret(
                "BGP4-MIB::bgpBackwardTransition", [("bgpPeerState.192.0.2.1", .integer(1))])
            #expect(newer.source == "bgpPeerRemoteAddr.192.0.2.1")
            #expect(
                AlarmTable.key(for: newer, device: device) == AlarmTable.key(for: older, device: device))
            #expect(older.alarm == "bgpBackwardTransNotification")
            #expect(older.trapOID == oid("BGP4-MIB::bgpBackwardTransition"))
        }

        @Test(arguments: [(1, .major), (4, .cleared), (5, .minor), (8, .cleared), (99, .minor)] as [(Int32, Severity)])
        func aSeverityCanBeAVariables(state: Int32, severity: Severity) {
            let interpretation = interpret(
                "OSPF-TRAP-MIB::ospfNbrStateChange",
                [
                    ("ospfRouterId.0", .ipAddress(0x0a00_0001)),
                    ("ospfNbrIpAddr.10.0.0.2.0", .ipAddress(0x0a00_0002)),
                    ("ospfNbrAddressLessIndex.10.0.0.2.0", .integer(0)),
                    ("ospfNbrState.10.0.0.2.0", .integer(state)),
                ])
            #expect(interpretation.severity == severity)
            #expect(interpretation.source == "ospfNbrIpAddr.10.0.0.2/ospfNbrAddressLessIndex.0")
        }

        @Test func partsOfAnInstanceAreTakenByTheirPlace() {
            let interpretation = interpret(
                "OSPF-TRAP-MIB::ospfNbrStateChange", [("ospfNbrState.10.0.0.2.9", .integer(1))])
            #expect(interpretation.source == "ospfNbrIpAddr.10.0.0.2/ospfNbrAddressLessIndex.9")
            let port = interpret(
                "POWER-ETHERNET-MIB::pethPsePortOnOffNotification", [("pethPsePortDetectionStatus.1.24", .integer(4))])
            #expect(port.source == "pethPsePortGroupIndex.1/pethPsePortIndex.24")
        }

        @Test func anIndexThatIsNoVariableIsTakenFromTheInstance() {
            let entity = interpret(
                "ENTITY-STATE-MIB::entStateOperDisabled", [("entStateAdmin.42", .integer(4))])
            #expect(entity.source == "entPhysicalIndex.42")
        }

        @Test func aMapOfBitsIsClearOnlyWhereItSaysSo() {
            let loss = interpret("DS1-MIB::dsx1LineStatusChange", [("dsx1LineStatus.3", .integer(64))])
            let well = interpret("DS1-MIB::dsx1LineStatusChange", [("dsx1LineStatus.3", .integer(1))])
            #expect(loss.severity == .major)
            #expect(well.severity == .cleared)
            #expect(loss.source == "dsx1LineStatus.3")
            #expect(loss.source == well.source)
        }

        @Test func aBatteryAlarmEndsWithItsEntry() {
            let raise = interpret("UPS-MIB::upsTrapOnBattery", [("upsSecondsOnBattery.0", .integer(60))])
            let clear = interpret(
                "UPS-MIB::upsTrapAlarmEntryRemoved",
                [("upsAlarmId.5", .integer(5)), ("upsAlarmDescr.5", .objectIdentifier(oid("upsAlarmOnBattery")))])
            let other = interpret(
                "UPS-MIB::upsTrapAlarmEntryRemoved",
                [("upsAlarmId.6", .integer(6)), ("upsAlarmDescr.6", .objectIdentifier(oid("upsAlarmLowBattery")))])
            #expect(raise.alarm == "upsTrapOnBattery")
            #expect(AlarmTable.key(for: raise, device: device) == AlarmTable.key(for: clear, device: device))
            #expect(AlarmTable.key(for: raise, device: device) != AlarmTable.key(for: other, device: device))
        }

        @Test func theParentOfAnOIDIsItsKey() {
            func source(_ state: UInt32) -> String {
                let pointer = oid("1.3.6.1.2.1.118.1.1.2.1.3.0.1").appending(state)
                let column = oid("ALARM-MIB::alarmActiveModelPointer").appending(0, 1)
                return AlarmInterpreter(rules: rules, catalog: catalog).interpret(
                    received(
                        oid("ALARM-MIB::alarmActiveState"),
                        [VariableBinding(name: column, value: .objectIdentifier(pointer))])
                ).source
            }
            #expect(source(2) == source(1))
            #expect(!source(2).isEmpty)
        }

        @Test func aColdStartIsARestart() {
            let interpretation = interpret("SNMPv2-MIB::coldStart")
            #expect(interpretation.kind == .restart)
            #expect(interpretation.severity == .warning)
            #expect(interpretation.source == "")
            #expect(interpretation.text == "Restarted")
        }

        @Test func aNotificationWithNoRuleIsAnIndeterminateEvent() {
            let known = interpret("LLDP-MIB::lldpRemTablesChange", [("lldpStatsRemTablesInserts.0", .gauge32(3))])
            #expect(known.kind == .event)
            #expect(known.severity == .indeterminate)
            #expect(known.alarm == "lldpRemTablesChange")
            #expect(known.source == "")
            #expect(known.text.hasPrefix("lldpStatsRemTablesInserts.0 = 3"))
            let unknown = interpret("1.3.6.1.4.1.99999.0.1", [("1.3.6.1.4.1.99999.1.0", text("on fire\0"))])
            #expect(unknown.kind == .event)
            #expect(unknown.alarm == "enterprises.99999.0.1")
            #expect(unknown.text == "enterprises.99999.1.0 = on fire")
            let bare = interpret("1.3.6.1.4.1.99999.0.2")
            #expect(bare.text == "enterprises.99999.0.2")
        }

        @Test func aLongTextIsCut() {
            let long = interpret(
                "1.3.6.1.4.1.99999.0.1", [("1.3.6.1.4.1.99999.1.0", text(String(repeating: "x", count: 60_000)))])
            #expect(long.text.utf8.count == 4_096)
        }

        @Test func theLastRuleWins() {
            let own = AlarmRule(
                notification: oid("IF-MIB::linkDown"), kind: .alarm, severity: .fixed(.warning),
                key: [.value(oid("IF-MIB::ifIndex"))])
            #expect(interpret("IF-MIB::linkDown", interfaceSeven, more: [own]).severity == .warning)
        }

        private let takenDown = AlarmRule(
            notification: oid("IF-MIB::linkDown"), kind: .event, severity: .fixed(.indeterminate),
            when: [AlarmRule.Condition(variable: oid("IF-MIB::ifAdminStatus"), values: [2])])

        @Test func aRuleHoldsOnlyUnderItsConditions() {
            var variables = interfaceSeven
            #expect(interpret("IF-MIB::linkDown", variables, more: [takenDown]).kind == .alarm)
            variables[1].1 = .integer(2)
            #expect(interpret("IF-MIB::linkDown", variables, more: [takenDown]).kind == .event)
            #expect(interpret("IF-MIB::linkDown", [], more: [takenDown]).kind == .alarm, "nothing says so")
            #expect(
                AlarmInterpreter(rules: [takenDown], catalog: catalog).interpret(
                    received(oid("IF-MIB::linkDown"), [])
                ).severity == .indeterminate, "no rule is left")
        }

        @Test func aRuleThatAlwaysHoldsHidesThoseBeforeIt() {
            let own = AlarmRule(notification: oid("IF-MIB::linkDown"), kind: .alarm, severity: .fixed(.warning))
            var variables = interfaceSeven
            variables[1].1 = .integer(2)
            #expect(interpret("IF-MIB::linkDown", variables, more: [takenDown, own]).severity == .warning)
        }

        @Test func onlyTheVendorsAlarmsEndWithARestartUnlessTheRuleSaysSo() {
            func interpretation(_ name: String, _ restart: AlarmRule.Restart?) -> Interpretation {
                interpret(
                    name,
                    more: [
                        AlarmRule(
                            notification: oid(name), kind: .alarm, severity: .fixed(.major), expires: .seconds(60),
                            restart: restart)
                    ])
            }
            let vendors = "1.3.6.1.4.1.5003.9.10.1.21.2.0.10"
            #expect(!interpretation("IF-MIB::linkDown", nil).clearsOnRestart)
            #expect(interpretation("IF-MIB::linkDown", .clear).clearsOnRestart)
            #expect(interpretation(vendors, nil).clearsOnRestart)
            #expect(!interpretation(vendors, .keep).clearsOnRestart)
            #expect(interpretation(vendors, nil).expires == .seconds(60))
        }

        @Test func aLinkThatIsNotTheVendorsIsNotReadAsTheVendors() {
            let severity = VendorProfile.ownTrapRoot.appending(1, 4, 0)
            let interpretation = AlarmInterpreter(rules: [], catalog: catalog).interpret(
                received(oid("1.3.6.1.4.1.99999.0.1"), [VariableBinding(name: severity, value: .integer(5))]))
            #expect(interpretation.kind == .event)
            #expect(interpretation.severity == .indeterminate)
        }
    }
}
