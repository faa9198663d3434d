import Basics
public import Captures
import Intake
import TraplineConfiguration

/// Which UDP datagrams of a capture are taken as SNMP: those on the usual ports, on the ports that the configuration
/// listens on, on those that the user names, and all that a journal of Trapline's holds.
public struct SNMPSelection: Sendable {
    /// SNMP's own (RFC 3417 §3), the keep-alives', and what this server falls back to where it may not bind those.
    private static let usualPorts: Set<UInt16> = [161, 162, 1161, 10_162, 11_161]
    /// The interfaces of a journal.
    private static let listeners: Set<String> = ["traps", "keep-alives"]

    private let ports: Set<UInt16>
    private let takesOwnFacts: Bool
    /// Datagrams taken and left out so far.
    public private(set) var taken = 0
    public private(set) var leftOut = 0

    /// - Parameter takesOwnFacts: whether the server's own facts in a journal count.
    public init(_ loaded: LoadedConfiguration? = nil, extraPorts: [UInt16] = [], takesOwnFacts: Bool = true) {
        let configured = loaded?.configuration?.listeners.flatMap(\.endpoints).map(\.port) ?? []
        ports = Self.usualPorts.union(configured).union(extraPorts)
        self.takesOwnFacts = takesOwnFacts
    }

    /// Whether `datagram` is one; counts the answer.
    public mutating func takes(_ datagram: UDPDatagram) -> Bool {
        let isTaken =
            switch datagram.interfaceName {
            case FactRecorder.interface?: takesOwnFacts
            case let name? where Self.listeners.contains(name): true
            default: ports.contains(datagram.sender.port) || ports.contains(datagram.receiver.port)
            }
        if isTaken { taken += 1 } else { leftOut += 1 }
        return isTaken
    }

    /// A line for a capture of which nothing was taken though it holds UDP; `nil` where that is not so.
    public var hint: String? {
        guard taken == 0, leftOut > 0 else { return nil }
        return "none of its \(leftOut) UDP datagrams is on a port of SNMP; --port N takes in another one"
    }
}
