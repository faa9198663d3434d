public import SNMPWire

/// What a Report says (RFC 3414 §3.2, usmStats of §5): which of the engine's counters a message raised.
public enum ReportKind: UInt32, Sendable, Hashable, CaseIterable {
    case unsupportedSecLevels = 1
    case notInTimeWindows = 2
    case unknownUserNames = 3
    case unknownEngineIDs = 4
    case wrongDigests = 5
    case decryptionErrors = 6

    /// usmStats: 1.3.6.1.6.3.15.1.1
    private static let usmStats = OID.snmpModules.appending(15).appending(1).appending(1)

    /// The counter's instance, such as usmStatsUnknownEngineIDs.0.
    public var oid: OID { Self.usmStats.appending(rawValue).appending(0) }

    /// Of the counter that a Report carries; `nil` for any other variable.
    public init?(oid: OID) {
        guard let kind = ReportKind.allCases.first(where: { $0.oid == oid }) else { return nil }
        self = kind
    }

    /// Whether it is snmpUnavailableContexts or snmpUnknownContexts (RFC 3413 §4.1.2), which are not of this model.
    static func isContextMissing(_ oid: OID) -> Bool {
        let targets = OID.snmpModules.appending(12).appending(1)
        return oid == targets.appending(4).appending(0) || oid == targets.appending(5).appending(0)
    }

    /// The RFC's name of the counter.
    public var name: String {
        switch self {
        case .unsupportedSecLevels: "usmStatsUnsupportedSecLevels"
        case .notInTimeWindows: "usmStatsNotInTimeWindows"
        case .unknownUserNames: "usmStatsUnknownUserNames"
        case .unknownEngineIDs: "usmStatsUnknownEngineIDs"
        case .wrongDigests: "usmStatsWrongDigests"
        case .decryptionErrors: "usmStatsDecryptionErrors"
        }
    }
}

extension OID {
    /// 1.3.6.1.6.3
    fileprivate static let snmpModules = OID.internet.appending(6).appending(3)
}

/// An engine's usmStats counters. They begin at 0 with each start, as RFC 3414 §5 lets them.
public struct SecurityCounters: Sendable, Hashable {
    private var values = [UInt32](repeating: 0, count: ReportKind.allCases.count)

    public init() {}

    /// - Returns: the counter's new value; after 2^32-1 comes 0, as with any Counter32.
    public mutating func count(_ kind: ReportKind) -> UInt32 {
        let index = Int(kind.rawValue) - 1
        values[index] &+= 1
        return values[index]
    }

    public subscript(_ kind: ReportKind) -> UInt32 { values[Int(kind.rawValue) - 1] }
}
