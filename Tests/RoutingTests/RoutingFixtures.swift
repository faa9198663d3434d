import Alarms
import Basics
import Foundation
import MIBCatalog
import Routing
import SNMPWire
import Testing

/// The bundled modules, loaded once for all tests of this target.
let catalog: Catalog = {
    guard let directory = Catalog.bundledDirectory() else {
        Issue.record("the bundled MIB modules were not found: run the tests from the package's folder")
        return .empty
    }
    return Catalog.load(directories: [directory]).catalog
}()

/// An OID of a test; a slip gives 0.0, which no test expects.
func oid(_ name: String) -> OID {
    guard let oid = catalog.oid(named: name) else {
        Issue.record("\(name) is not in the catalog")
        return .zeroDotZero
    }
    return oid
}

func network(_ text: String) -> Network {
    guard let network = Network(text) else {
        Issue.record("\(text) is no network")
        return Network(IPAddress(v4: 0))
    }
    return network
}

extension Network {
    fileprivate init(_ address: IPAddress) {
        self = Network(address.description) ?? Network(IPAddress(v4: 0))
    }
}

func octets(_ text: String) -> Value { .octetString(ArraySlice(text.utf8)) }

/// An event and how it came, as tests vary it.
struct Case {
    var severity: Severity = .major
    var highest: Severity?
    var transition: Transition = .raised
    var trap = "IF-MIB::linkDown"
    var source = "ifIndex.7"
    var deviceID = "10.1.1.1"
    var deviceName = "gateway-7"
    var sender = "10.1.1.1"
    var community: String?
    var v3: V3Identity?
    var listener = "traps"
    var variables: [VariableBinding] = []
    /// Monday 2026-06-01 10:00 UTC.
    var seconds: Int64 = 1_780_308_000
    var followed: [String] = []
    var device: EventDevice?

    var event: Event {
        let address = IPAddress(sender) ?? IPAddress(v4: 0)
        return Event(
            id: 1, time: Timestamp(seconds: seconds), transition: transition, alarm: "alarm", oid: oid(trap),
            severity: severity, highestSeverity: highest ?? severity,
            device: device ?? EventDevice(id: deviceID, name: deviceName, address: address), source: source,
            text: "text")
    }

    private var notification: SNMPNotification {
        var notification = SNMPNotification(
            version: v3 == nil ? .v2c : .v3, trapOID: oid(trap), uptime: 0, variables: VariableBindings(variables))
        notification.v3 = v3
        return notification
    }

    var received: ReceivedNotification {
        ReceivedNotification(
            notification: notification,
            time: Timestamp(seconds: seconds), sender: Endpoint(IPAddress(sender) ?? IPAddress(v4: 0), port: 161),
            receiver: Endpoint(IPAddress(v4: 0x7f00_0001), port: 162), listener: listener, community: community)
    }

    func decide(_ routes: [Route], timeZone: TimeZone = .gmt, vendor: VendorProfile = .audiocodes) -> RoutingDecision {
        RoutingTable(routes: routes, catalog: catalog, timeZone: timeZone, vendor: vendor)
            .decide(event, received, followedSinks: followed)
    }

    /// Whether one row with these conditions matches.
    func matches(_ conditions: RouteConditions, timeZone: TimeZone = .gmt) -> Bool {
        decide([Route(name: "row", when: conditions, to: ["sink"])], timeZone: timeZone).sinks == ["sink"]
    }
}
