public import Basics
public import Manager
public import SNMPWire

/// The devices that may be asked, by their networks, each with the operator's credential for it. Empty by default: no
/// device is asked that nobody said a word of, and none with the community of its traps.
public struct ManagedNetworks: Sendable, Hashable {
    public struct Rule: Sendable, Hashable {
        private enum Offer: Sendable, Hashable {
            case one(Credential)
            /// With the version for a device that does not say what it wants.
            case both(CommunityCredential, UserCredential, SNMPVersion)
        }

        public var network: Network
        public var settings: SyncSettings
        private let offer: Offer

        public init(network: Network, credential: Credential, settings: SyncSettings = SyncSettings()) {
            self.network = network
            self.settings = settings
            offer = .one(credential)
        }

        /// - Parameter version: for a device that does not say what it wants.
        public init(
            network: Network, community: CommunityCredential, user: UserCredential, version: SNMPVersion = .v3,
            settings: SyncSettings = SyncSettings()
        ) {
            self.network = network
            self.settings = settings
            offer = .both(community, user, version)
        }

        /// What a device is asked with that wants this version; `nil` where it never said. A network that has one of the
        /// two has no choice; and a request by v3 that goes unanswered is never tried with a community.
        public func credential(for wish: SNMPVersion?) -> Credential {
            switch offer {
            case .one(let credential): credential
            case .both(let community, let user, let version):
                (wish ?? version) == .v3 ? .user(user) : .community(community)
            }
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
