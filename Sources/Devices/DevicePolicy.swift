public import Alarms
public import Basics

/// What the configuration says of devices: where they belong by their network, what is expected of them, and who may
/// speak for others.
public struct DevicePolicy: Sendable, Hashable {
    /// Where a device belongs of which nobody said anything.
    public static let defaultGroup = "default"
    /// Expected of a device whose period was neither configured nor learned yet: keep-alives come each half minute as a
    /// rule, but one that sends them each five minutes must not be called lost after its first.
    public static let assumedPeriod = Duration.seconds(300)

    /// What holds for the devices of one network.
    public struct NetworkRule: Sendable, Hashable {
        public var network: Network
        /// The name of the one device that has this address.
        public var name: String?
        public var group: String?
        public var tenant: String?
        public var region: String?
        public var site: String?
        /// `nil`: learned.
        public var period: Duration?
        /// Watched even if it never sent a keep-alive; `false`: never watched; `nil`: once it sent one.
        public var isExpected: Bool?
        public var rebinding: Rebinding?

        public init(
            network: Network, name: String? = nil, group: String? = nil, tenant: String? = nil, region: String? = nil,
            site: String? = nil, period: Duration? = nil, isExpected: Bool? = nil, rebinding: Rebinding? = nil
        ) {
            self.network = network
            self.name = name
            self.group = group
            self.tenant = tenant
            self.region = region
            self.site = site
            self.period = period
            self.isExpected = isExpected
            self.rebinding = rebinding
        }
    }

    /// When a device is believed to have a new address, where nothing but an unauthenticated datagram says so.
    public enum Rebinding: String, Sendable, Hashable, CaseIterable {
        /// Once it has been silent at the old one for longer than its period and was told from the new one twice. Who
        /// can claim a silent device's address could as well forge its old one.
        case afterSilence = "after-silence"
        /// Once it has answered a request there with its serial number, or was forgotten by an operator.
        case verified
    }

    /// Where names come from that neither the operator nor the configuration gave.
    public enum NameSource: String, Sendable, Hashable, CaseIterable {
        /// The address has one in the DNS (a PTR record, or what else the machine's resolver knows).
        case dns
        case off
    }

    /// The longest prefix wins.
    public private(set) var rules: [NetworkRule]
    /// Where each network's rule stands, and which lengths of prefixes there are: a fleet may have a rule a device.
    private var indices: [Prefix: Int] = [:]
    private var lengths: [IPAddress.Family: [Int]] = [:]
    /// Senders that speak for others: the device is the one that snmpTrapAddress.0 or a v1 trap's agent-addr names.
    public var relays: [Network]
    public var group: String
    public var rebinding: Rebinding
    public var names: NameSource
    /// Whose keep-alives tell serial numbers, and where.
    public var vendor: VendorProfile

    public init(
        rules: [NetworkRule] = [], relays: [Network] = [], group: String = DevicePolicy.defaultGroup,
        rebinding: Rebinding = .afterSilence, names: NameSource = .off, vendor: VendorProfile = .audiocodes
    ) {
        // Stable: of two rules for one network (which the configuration refuses) the first counts.
        self.rules = rules.enumerated().sorted {
            ($1.element.network.prefixLength, $0.offset) < ($0.element.network.prefixLength, $1.offset)
        }.map(\.element)
        self.relays = relays
        self.group = group
        self.rebinding = rebinding
        self.names = names
        self.vendor = vendor
        for (index, rule) in self.rules.enumerated() {
            let network = rule.network
            let prefix = Prefix(network.address, network.prefixLength)
            if indices[prefix] == nil { indices[prefix] = index }
            let family = network.address.family
            if lengths[family]?.last != network.prefixLength {
                lengths[family, default: []].append(network.prefixLength)
            }
        }
    }

    /// The rule for an address; `nil` where none holds.
    public func rule(for address: IPAddress) -> NetworkRule? {
        for length in lengths[address.family] ?? [] {
            if let index = indices[Prefix(address, length)] { return rules[index] }
        }
        return nil
    }

    /// Whether this very address is to have a device, heard of or not.
    func expects(_ address: IPAddress) -> Bool {
        guard let index = indices[Prefix(address, address.family.bitWidth)] else { return false }
        return rules[index].isExpected == true
    }

    /// The first bits of an address.
    private struct Prefix: Sendable, Hashable {
        var bits: UInt128
        var length: Int
        var family: IPAddress.Family

        init(_ address: IPAddress, _ length: Int) {
            bits = address.bits >> UInt128(address.family.bitWidth - length)
            self.length = length
            family = address.family
        }
    }

    public func isRelay(_ address: IPAddress) -> Bool {
        !relays.isEmpty && relays.contains { $0.contains(address) }
    }
}
