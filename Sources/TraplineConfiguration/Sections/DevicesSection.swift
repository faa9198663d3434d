import Basics
import Devices
import Intake
import Resynchronisation

/// `devices:` where devices belong by their networks, what is expected of them, and which of them may be asked; and
/// `relays:`, who speaks for others.
enum DevicesSection {
    /// Looked through for each device that is new or asked; a table of that length is made by hand no more.
    static let maximumNetworks = 1_024
    /// Looked through for each datagram of a sender that names another device.
    static let maximumRelays = 1_024
    /// A second to try it out; a device that is heard less than daily cannot be called lost in any useful time.
    static let period: ClosedRange<Duration> = .seconds(1)...(.seconds(86_400))
    /// Names are words or lines in tables, in octets.
    static let maximumNameLength = 255

    /// - Parameter users: those of `access:`.
    static func read(
        _ node: YAMLNode, users: UsersSection.Users, _ reader: DocumentReader,
        into configuration: inout ServerConfiguration
    ) {
        guard let mapping = MappingReader(node, reader, of: "networks, group, rebinding and names") else { return }
        let networks = mapping.take("networks") { self.networks($0, users, reader) } ?? []
        configuration.managed = ManagedNetworks(networks.compactMap(\.manager))
        let group = mapping.take("group") { self.name($0, reader, "a group") } ?? DevicePolicy.defaultGroup
        let rebinding = mapping.take("rebinding") { reader.word($0, DevicePolicy.Rebinding.self) } ?? .afterSilence
        let names = mapping.take("names") { reader.word($0, DevicePolicy.NameSource.self) } ?? .off
        mapping.finish()
        configuration.devices = DevicePolicy(
            rules: completed(networks.map(\.rule)), relays: configuration.devices.relays, group: group,
            rebinding: rebinding, names: names)
    }

    /// `relays: [10.1.0.1, …]`.
    static func relays(_ node: YAMLNode, _ reader: DocumentReader) -> [Network]? {
        guard let elements = reader.list(node, of: "networks whose senders speak for other devices") else { return nil }
        guard elements.count <= maximumRelays else {
            reader.error("relays: at most \(maximumRelays), found \(elements.count)", at: node.mark)
            return nil
        }
        var relays: [Network] = []
        for element in elements {
            guard let network = reader.network(element) else { continue }
            if relays.contains(network) {
                reader.error("the network \(network) stands twice", at: element.mark)
            } else {
                relays.append(network)
            }
        }
        return relays
    }

    // MARK: - Networks

    private struct ReadNetwork {
        var rule: DevicePolicy.NetworkRule
        var manager: ManagedNetworks.Rule?
    }

    private static func networks(
        _ node: YAMLNode, _ users: UsersSection.Users, _ reader: DocumentReader
    ) -> [ReadNetwork]? {
        guard let elements = reader.list(node, of: "networks, each with what holds for its devices") else { return nil }
        guard elements.count <= maximumNetworks else {
            reader.error("networks: at most \(maximumNetworks), found \(elements.count)", at: node.mark)
            return nil
        }
        var seen: Set<Network> = []
        var named: [String: Network] = [:]
        var networks: [ReadNetwork] = []
        for element in elements {
            guard let read = network(element, users, reader) else { continue }
            let network = read.rule.network
            if !seen.insert(network).inserted {
                reader.error("the network \(network) stands twice", at: element.mark)
            } else if let name = read.rule.name, let other = named.updateValue(network, forKey: name) {
                reader.error("the name \(quoted(name)) is that of \(other.address) too", at: element.mark)
            }
            networks.append(read)
        }
        return networks
    }

    /// `{network: 10.9.0.0/16, group: …, site: …, period: 30s, expected: true, manager: {…}}`.
    private static func network(
        _ node: YAMLNode, _ users: UsersSection.Users, _ reader: DocumentReader
    ) -> ReadNetwork? {
        guard let mapping = MappingReader(node, reader, of: "network and what holds for its devices") else {
            return nil
        }
        let network = mapping.require("network", "a network such as 10.9.0.0/16", reader.network)
        let name = mapping.take("name") { node in
            guard let network, network.prefixLength < network.address.family.bitWidth else {
                return self.name(node, reader, "a device's name")
            }
            reader.error("name: is for a single address, and \(network) has more", at: node.mark)
            return nil
        }
        let group = mapping.take("group") { self.name($0, reader, "a group") }
        let tenant = mapping.take("tenant") { self.name($0, reader, "a tenant") }
        let region = mapping.take("region") { self.name($0, reader, "a region") }
        let site = mapping.take("site") { self.name($0, reader, "a site") }
        let period = mapping.take("period") { reader.duration($0, in: Self.period) }
        let isExpected = mapping.take("expected", reader.boolean)
        let rebinding = mapping.take("rebinding") { reader.word($0, DevicePolicy.Rebinding.self) }
        let manager = mapping.take("manager") { node in
            ManagerSection.read(node, of: network, users: users, reader)
        }
        mapping.finish()
        guard let network else { return nil }
        return ReadNetwork(
            rule: DevicePolicy.NetworkRule(
                network: network, name: name, group: group, tenant: tenant, region: region, site: site, period: period,
                isExpected: isExpected, rebinding: rebinding),
            manager: manager)
    }

    private static func name(_ node: YAMLNode, _ reader: DocumentReader, _ what: String) -> String? {
        guard let text = reader.text(node, what) else { return nil }
        guard text.utf8.count <= maximumNameLength, !text.contains(where: \.isNewline),
            text.contains(where: { !$0.isWhitespace })
        else {
            reader.error("expected \(what) in one line of at most \(maximumNameLength) octets", at: node.mark)
            return nil
        }
        return text
    }

    /// What a network leaves open, the smallest network around it says, as with the manager; a name is its own.
    private static func completed(_ rules: [DevicePolicy.NetworkRule]) -> [DevicePolicy.NetworkRule] {
        var completed: [DevicePolicy.NetworkRule] = []
        for var rule in rules.sorted(by: { $0.network.prefixLength < $1.network.prefixLength }) {
            let around = completed.last {
                $0.network.prefixLength < rule.network.prefixLength && $0.network.contains(rule.network.address)
            }
            if let around {
                rule.group = rule.group ?? around.group
                rule.tenant = rule.tenant ?? around.tenant
                rule.region = rule.region ?? around.region
                rule.site = rule.site ?? around.site
                rule.period = rule.period ?? around.period
                rule.isExpected = rule.isExpected ?? around.isExpected
                rule.rebinding = rule.rebinding ?? around.rebinding
            }
            completed.append(rule)
        }
        return completed
    }
}
