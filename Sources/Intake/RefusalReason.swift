internal import SNMPSecurity
public import SNMPWire

/// Why a datagram was not let in. A small closed set: its labels are the `reason` of
/// `trapline_datagrams_refused_total`.
public enum RefusalReason: Sendable, Hashable {
    /// No well-formed notification. Where and in what way is in the log.
    case malformed(WireError.Code)
    /// Its sender lies in none of the networks under `access: sources`.
    case source
    /// Its community is none of those under `access: communities`.
    case community
    /// Longer than any UDP datagram may be, so that only its beginning could be received.
    case oversized
    /// Its sender has sent more than its budget.
    case overBudget
    /// A response to no request that is under way: it came too late, twice, or from somebody who was not asked.
    case unawaited
    /// Its version is not among those under `access: versions`.
    case version
    /// A message of v3 that was not believed: one of `SecurityRefusal.labels`.
    case security(String)

    public var label: String {
        switch self {
        case .malformed(let code): code.rawValue
        case .source: "source"
        case .community: "community"
        case .oversized: "oversized"
        case .overBudget: "over-budget"
        case .unawaited: "unawaited-response"
        case .version: "version"
        case .security(let label): label
        }
    }

    public static let all: [RefusalReason] =
        WireError.Code.allCases.map { .malformed($0) }
        + [.source, .community, .oversized, .overBudget, .unawaited, .version]
        + SecurityRefusal.labels.map { .security($0) }

    /// What an operator reads who looks for a device's missing traps: what is wrong, and what to do about it. The
    /// community's value is never part of it.
    /// - Parameter policy: what refused it; only of a community does the advice depend on it.
    func advice(_ error: WireError?, _ policy: AccessPolicy = AccessPolicy()) -> String {
        switch self {
        case .source:
            "its address lies in none of the networks under access: sources; add its network there if it may send"
        case .community where !policy.hasCommunities:
            "access: lets no community in; add its own under communities there, or let the device send SNMPv3"
        case .community:
            "its community is none of those under access: communities; add it there, or correct it on the device"
        case .oversized:
            "it is longer than a UDP datagram may be; look at the sender"
        case .overBudget:
            "its sender sends more than its budget; look at the device, or give its network more under access: budget"
        case .unawaited:
            "it is a response to no request that is under way; it came late, or somebody answers who was not asked"
        case .version:
            "its version is not among those under access: versions; add it there, or let the device send another"
        case .security(let label):
            "it was not believed (\(label))"
        case .malformed(.notANotification):
            "it is an SNMP request and no trap or inform; something polls this port"
        case .malformed(let code):
            "it is no well-formed SNMP notification (\(error?.description ?? code.rawValue)); look at what its sender is"
        }
    }
}
