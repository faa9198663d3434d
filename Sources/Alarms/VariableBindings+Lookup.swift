import SNMPWire

extension VariableBindings {
    /// The first variable that is one of these objects, with whatever instance (`.0`, an index, or none).
    func first(under objects: [OID]) -> VariableBinding? {
        first { binding in objects.contains { binding.name.hasPrefix($0) } }
    }
}

extension Value {
    /// Any integer type that fits: agents are free with INTEGER, Gauge32 and Counter32 where a module says Unsigned32.
    var asInt32: Int32? {
        switch self {
        case .integer(let number): number
        case .counter32(let number), .gauge32(let number), .timeTicks(let number): Int32(exactly: number)
        case .counter64(let number): Int32(exactly: number)
        default: nil
        }
    }

    var asOctets: ArraySlice<UInt8>? {
        if case .octetString(let octets) = self { octets } else { nil }
    }
}
