public import Basics
internal import SNMPWire

/// Who may send, made ready for comparing octets: what `AccessSettings` says, with the secrets' bytes laid out once.
/// An immutable snapshot; a reload makes another.
public struct AccessPolicy: Sendable {
    private struct KnownCommunity {
        let name: String?
        let octets: [UInt8]
    }

    /// `nil`: any. A handful, in the operator's order: a walk is cheaper than a hash.
    private let communities: [KnownCommunity]?
    private let sources: [Network]?
    private let versions: Set<SNMPVersion>
    /// `nil`: senders are not measured.
    let budget: BudgetPolicy?

    public init(_ settings: AccessSettings = AccessSettings()) {
        // Whoever names users does not mean to let in anybody who knows the word "public".
        let known = settings.communities ?? (settings.users.isEmpty ? nil : [])
        communities = known.map { communities in
            communities.map { KnownCommunity(name: $0.name, octets: Array($0.value.reveal().utf8)) }
        }
        sources = settings.sources
        versions = settings.versions
        budget = BudgetPolicy(settings.budget)
    }

    /// Any community from any sender is let in.
    public var isOpen: Bool {
        communities == nil && sources == nil && (versions.contains(.v1) || versions.contains(.v2c))
    }

    /// Any, or some at least.
    var hasCommunities: Bool { communities?.isEmpty != true }

    public func admits(_ sender: IPAddress) -> Bool {
        guard let sources else { return true }
        return sources.contains { $0.contains(sender) }
    }

    func admits(_ version: SNMPVersion) -> Bool { versions.contains(version) }

    public func admits(community: RawSpan) -> Bool {
        guard let communities else { return true }
        return communities.contains { community.isEqual(to: $0.octets) }
    }

    /// What the operator calls this community: what routes match and JSON shows in the place of its value. `nil` for an
    /// unknown community, and for one without a name.
    public func communityName(of octets: ArraySlice<UInt8>) -> String? {
        communities?.first { $0.octets.elementsEqual(octets) }?.name
    }
}

extension RawSpan {
    func isEqual(to octets: [UInt8]) -> Bool {
        unsafe withUnsafeBytes { unsafe $0.elementsEqual(octets) }
    }
}
