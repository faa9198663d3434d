import Alarms
import Basics
import MIBCatalog
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

func text(_ text: String) -> Value { .octetString(ArraySlice(text.utf8)) }

func received(
    _ trapOID: OID, _ variables: [VariableBinding], version: SNMPVersion = .v2c
) -> ReceivedNotification {
    let here = Endpoint(IPAddress(v4: 0x7f00_0001), port: 162)
    return ReceivedNotification(
        notification: SNMPNotification(
            version: version, trapOID: trapOID, uptime: 100, variables: VariableBindings(variables)),
        time: Timestamp(seconds: 1_700_000_000), sender: Endpoint(IPAddress(v4: 0x0a01_0101), port: 161),
        receiver: here, listener: "traps")
}

let device = EventDevice(id: "10.1.1.1", name: "gateway", address: IPAddress(v4: 0x0a01_0101))

extension ActiveAlarm {
    /// As whoever stores alarms does.
    mutating func take(_ told: AlarmRepeat) {
        lastTime = told.lastTime
        count = told.count
        uptime = told.uptime
        runningNumber = told.runningNumber
    }
}
