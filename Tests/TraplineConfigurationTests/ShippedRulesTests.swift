import Alarms
import Basics
import MIBCatalog
import SNMPWire
import Testing
import TraplineConfiguration

/// The rules that ship with Trapline, with what devices send: which alarms stand at the end.
@Suite struct ShippedRulesTests {
    private static let interpreter = AlarmInterpreter(
        rules: ConfigurationLoader.standardRules(catalog: BundledCatalog.catalog).rules, catalog: BundledCatalog.catalog
    )

    private static func oid(_ name: String) -> OID { BundledCatalog.catalog.oid(named: name) ?? .zeroDotZero }

    /// A notification: its name, and its variables by theirs.
    struct Sent: Sendable {
        var name: String
        var variables: [(String, Value)]

        init(_ name: String, _ variables: [(String, Value)]) {
            self.name = name
            self.variables = variables
        }
    }

    /// A raise and the clear that belongs to it, for the object of a number.
    struct Pair: Sendable, CustomTestStringConvertible {
        var alarm: String
        var raise: @Sendable (Int32) -> Sent
        var clear: @Sendable (Int32) -> Sent

        var testDescription: String { alarm }
    }

    private struct Table {
        private var table = AlarmTable()
        private var count: Int64 = 0
        private let device = EventDevice(id: "10.0.0.1", name: "edge", address: IPAddress(v4: 0x0a00_0001))

        @discardableResult
        mutating func tell(_ sent: Sent) -> Event? {
            count += 1
            #expect(oid(sent.name) != .zeroDotZero, "\(sent.name) is not known")
            let time = Timestamp(seconds: 1_000 + count)
            let here = Endpoint(device.address, port: 162)
            let received = ReceivedNotification(
                notification: SNMPNotification(
                    version: .v2c, trapOID: oid(sent.name), uptime: 8_640_000 + UInt32(count) * 100,
                    variables: VariableBindings(
                        sent.variables.map { VariableBinding(name: oid($0.0), value: $0.1) })),
                time: time, sender: here, receiver: here, listener: "traps")
            var followed: [String] = []
            return table.apply(
                interpreter.interpret(received), device: device, time: time, uptime: received.notification.uptime,
                isDevices: true, eventID: count, followedSinks: &followed)
        }

        var standing: [String] { table.alarms.map(\.alarm) }
        mutating func advance(by seconds: Int64) -> [AlarmNews] {
            table.advance(to: Timestamp(seconds: 1_000 + count + seconds))
        }
    }

    static let pairs: [Pair] = [
        Pair(
            alarm: "linkDown",
            raise: {
                Sent("IF-MIB::linkDown", [("ifIndex.\($0)", .integer($0)), ("ifAdminStatus.\($0)", .integer(1))])
            },
            clear: { Sent("IF-MIB::linkUp", [("ifIndex.\($0)", .integer($0)), ("ifAdminStatus.\($0)", .integer(1))]) }),
        Pair(
            alarm: "bgpBackwardTransNotification",
            raise: { number in
                Sent(
                    "BGP4-MIB::bgpBackwardTransNotification",
                    [("bgpPeerRemoteAddr.192.0.2.\(number)", .ipAddress(0xc000_0200 + UInt32(number)))])
            },
            // The older tree, which tells the peer by the instance alone.
            clear: { Sent("BGP4-MIB::bgpEstablished", [("bgpPeerState.192.0.2.\($0)", .integer(6))]) }),
        Pair(
            alarm: "bgpBackwardTransNotification",
            raise: { Sent("BGP4-MIB::bgpBackwardTransition", [("bgpPeerState.192.0.2.\($0)", .integer(1))]) },
            clear: { number in
                Sent(
                    "BGP4-MIB::bgpEstablishedNotification",
                    [("bgpPeerRemoteAddr.192.0.2.\(number)", .ipAddress(0xc000_0200 + UInt32(number)))])
            }),
        Pair(
            alarm: "ospfNbrStateChange", raise: { neighbour($0, state: 1) }, clear: { neighbour($0, state: 8) }),
        Pair(
            alarm: "ospfIfStateChange",
            raise: { Sent("OSPF-TRAP-MIB::ospfIfStateChange", [("ospfIfState.10.0.0.1.\($0)", .integer(1))]) },
            clear: { Sent("OSPF-TRAP-MIB::ospfIfStateChange", [("ospfIfState.10.0.0.1.\($0)", .integer(4))]) }),
        Pair(
            alarm: "risingAlarm",
            raise: { Sent("RMON-MIB::risingAlarm", [("alarmIndex.\($0)", .integer($0))]) },
            clear: { Sent("RMON-MIB::fallingAlarm", [("alarmIndex.\($0)", .integer($0))]) }),
        Pair(
            alarm: "entStateOperDisabled",
            raise: { Sent("ENTITY-STATE-MIB::entStateOperDisabled", [("entStateAdmin.\($0)", .integer(4))]) },
            clear: { Sent("ENTITY-STATE-MIB::entStateOperEnabled", [("entStateAdmin.\($0)", .integer(4))]) }),
        Pair(
            alarm: "upsTrapAlarmEntryAdded", raise: { ups("Added", $0) }, clear: { ups("Removed", $0) }),
        Pair(
            alarm: "acBoardEthernetLinkAlarm", raise: { vendor(10, "Board#1/EthernetLink#\($0)", 4) },
            clear: { vendor(10, "Board#1/EthernetLink#\($0)", 0) }),
    ]

    private static func neighbour(_ number: Int32, state: Int32) -> Sent {
        Sent("OSPF-TRAP-MIB::ospfNbrStateChange", [("ospfNbrState.10.0.0.\(number).0", .integer(state))])
    }

    /// Alarms of the well-known list, upsAlarmBatteryBad and those behind it.
    private static func ups(_ what: String, _ number: Int32) -> Sent {
        let alarm = oid("UPS-MIB::upsWellKnownAlarms").appending(UInt32(number))
        return Sent("UPS-MIB::upsTrapAlarmEntry\(what)", [("upsAlarmDescr.\(number)", .objectIdentifier(alarm))])
    }

    private static func vendor(_ number: UInt32, _ source: String, _ severity: Int32, info: String = "") -> Sent {
        let globals = "1.3.6.1.4.1.5003.9.10.1.21.1"
        return Sent(
            "1.3.6.1.4.1.5003.9.10.1.21.2.0.\(number)",
            [
                (globals + ".3.0", .octetString(ArraySlice(source.utf8))), (globals + ".4.0", .integer(severity)),
                (globals + ".9.0", .octetString(ArraySlice(info.utf8))),
            ])
    }

    @Test(arguments: pairs)
    func aRaiseStandsUntilItsOwnClear(pair: Pair) {
        var table = Table()
        #expect(table.tell(pair.raise(1))?.transition == .raised)
        #expect(table.tell(pair.raise(3))?.transition == .raised, "another object")
        #expect(table.standing == [pair.alarm, pair.alarm])
        #expect(table.tell(pair.raise(1))?.transition == .repeated)
        #expect(table.tell(pair.clear(1))?.transition == .cleared)
        #expect(table.tell(pair.clear(1))?.transition == .logged)
        #expect(table.tell(pair.clear(3))?.alarmID == 2)
        #expect(table.standing.isEmpty)
        #expect(table.tell(pair.raise(3))?.transition == .raised)
    }

    @Test func anInterfaceThatWasTakenDownIsNoFault() {
        var table = Table()
        let down = table.tell(Sent("IF-MIB::linkDown", [("ifIndex.7", .integer(7)), ("ifAdminStatus.7", .integer(2))]))
        #expect(down?.transition == .logged)
        #expect(down?.text == "Interface 7 was taken down")
        #expect(table.standing.isEmpty)
    }

    @Test func anEntityThatWasLockedIsNoFault() {
        var table = Table()
        table.tell(Sent("ENTITY-STATE-MIB::entStateOperDisabled", [("entStateAdmin.7", .integer(2))]))
        #expect(table.standing.isEmpty)
    }

    @Test func onBatteryEndsWithItsEntryOrWhenItIsNotToldAgain() {
        let onBattery = Sent("UPS-MIB::upsTrapOnBattery", [("upsSecondsOnBattery.0", .integer(60))])
        let entry = ("upsAlarmDescr.5", Value.objectIdentifier(Self.oid("UPS-MIB::upsAlarmOnBattery")))
        var table = Table()
        #expect(table.tell(onBattery)?.transition == .raised)
        #expect(table.tell(Sent("UPS-MIB::upsTrapAlarmEntryAdded", [entry]))?.transition == .repeated)
        #expect(table.tell(Sent("UPS-MIB::upsTrapAlarmEntryRemoved", [entry]))?.transition == .cleared)
        #expect(table.tell(onBattery)?.transition == .raised)
        #expect(table.advance(by: 299).isEmpty)
        #expect(table.advance(by: 300).count == 1)
        #expect(table.standing.isEmpty)
    }

    @Test func theStandbysAlarmsAreToldApart() {
        var table = Table()
        table.tell(Self.vendor(97, "Board#2", 4, info: "10"))
        table.tell(Self.vendor(97, "Board#2", 4, info: "29"))
        #expect(table.standing.count == 2)
        table.tell(Self.vendor(97, "Board#2", 0, info: "10"))
        #expect(table.standing.count == 1)
    }

    @Test func theEndOfInitialisationClearsNothing() {
        var table = Table()
        table.tell(Self.vendor(10, "Board#1", 4))
        #expect(table.tell(Self.vendor(4, "Board#1", 0))?.transition == .logged)
        #expect(table.standing == ["acBoardEthernetLinkAlarm"])
    }
}
