public import Basics
public import Manager

/// The devices that may be asked, by their networks, each with the operator's credential for it. Empty by default: no
/// device is asked that nobody said a word of, and none with the community of its traps.
public struct ManagedNetworks: Sendable, Hashable {
    public struct Rule: Sendable, Hashable {
        public var network: Network
        public var credential: Credential
        public var settings: SyncSettings

        public init(network: Network, credential: Credential, settings: SyncSettings = SyncSettings()) {
            self.network = network
            self.credential = credential
            self.settings = settings
        }
    }

    /// The longest prefix first.
    private let rules: [Rule]

    public init(_ rules: [Rule] = []) {
        // Stable: of two rules for one network (which the configuration refuses) the first counts.
        self.rules = rules.enumerated().sorted {
            ($1.element.network.prefixLength, $0.offset) < ($0.element.network.prefixLength, $1.offset)
        }.map(\.element)
    }

    public var isEmpty: Bool { rules.isEmpty }

    /// The rule of the smallest network that the address lies in.
    public func rule(for address: IPAddress) -> Rule? { rules.first { $0.network.contains(address) } }
}
