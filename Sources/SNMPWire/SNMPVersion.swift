/// The message's version; the raw value is what stands on the wire (RFC 3584 §5.1, RFC 3412 §6).
public enum SNMPVersion: Int32, Sendable, Hashable, CaseIterable {
    case v1 = 0
    case v2c = 1
    case v3 = 3
}

extension SNMPVersion: CustomStringConvertible {
    public var description: String {
        switch self {
        case .v1: "v1"
        case .v2c: "v2c"
        case .v3: "v3"
        }
    }
}
