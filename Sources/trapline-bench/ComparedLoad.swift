import ArgumentParser
import SNMPSecurity

/// What receivers are compared on.
enum ComparedLoad: String, CaseIterable, ExpressibleByArgument {
    /// The vendor's alarm, the same again and again.
    case v2c
    /// The same at level authPriv, each another; no two messages of SNMPv3 are alike.
    case v3

    var text: String {
        switch self {
        case .v2c: Workload.text
        case .v3: "\(Workload.text), \(V3Workload.text)"
        }
    }

    /// How many times less CPU time than snmptrapd's decoding, naming and writing a line a trap is to take.
    var leastRatio: Double {
        switch self {
        case .v2c: 25
        case .v3: 10
        }
    }

    /// As many engines send in v3, in turn: snmptrapd has to be told each of them.
    static let engines = 16

    /// Gives one datagram after the other.
    func datagrams() throws -> () throws -> [UInt8] {
        let datagram = Workload.vendorAlarm
        guard self == .v3 else { return { datagram } }
        let users = UserTable([V3Workload.user])
        var messages = try (0..<UInt32(Self.engines)).map { try V3Workload(datagram, sender: $0, users: users) }
        var turn = 0
        return {
            turn = (turn + 1) % messages.count
            return try messages[turn].next()
        }
    }

    /// snmptrapd's users.
    func createUsers() throws -> String {
        guard self == .v3 else { return "" }
        return try (0..<UInt32(Self.engines)).map { try V3Workload.createUser(V3Workload.engine($0)) + "\n" }.joined()
    }

    /// What stands under `access:`.
    var access: String {
        switch self {
        case .v2c: "budget: off"
        case .v3: "budget: off, \(V3Workload.configuration)"
        }
    }
}
