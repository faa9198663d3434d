public import SNMPWire

/// One named point of the tree of object identifiers, as a MIB module defines it.
public struct MIBNode: Sendable {
    /// What the module's definition says that the point is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A plain `OBJECT IDENTIFIER`.
        case node
        case moduleIdentity
        case objectIdentity
        case scalar
        case table
        case row
        case column
        /// A `NOTIFICATION-TYPE`, or SMIv1's `TRAP-TYPE`.
        case notification
        case objectGroup
        case notificationGroup
        case moduleCompliance
        case agentCapabilities
    }

    /// One component of a table's index (RFC 2578 §7.7).
    public struct Index: Sendable, Hashable {
        /// The name of the object whose value is the component.
        public let name: String
        /// The component goes on to the end of the instance, without a length of its own.
        public let isImplied: Bool
    }

    /// The name within its module, as `ifOperStatus`.
    public let name: String
    public let module: String
    public let oid: OID
    public let kind: Kind
    /// The base type in SMI words, as `INTEGER`, `OCTET STRING`, `Gauge32`; empty where there is no value.
    public let syntax: String
    /// The name of the syntax where it is not a base type, as `DisplayString`.
    public let textualConvention: String?
    /// Names of an INTEGER's values, or of the bits of BITS; empty for other syntaxes.
    public let enumeration: [Int32: String]
    /// The values that a number may have, or the lengths of an OCTET STRING; empty where all that fit may stand.
    public let ranges: [ClosedRange<Int64>]
    /// RFC 2579 §3.1.
    public let displayHint: String?
    public let units: String?
    /// The index of the row; the same for its columns. Empty outside tables.
    public let indexes: [Index]
    /// The names of the objects that a notification carries.
    public let objects: [String]
    public let description: String?

    /// `IF-MIB::ifOperStatus`.
    public var qualifiedName: String { "\(module)::\(name)" }
}
