import Basics
import Resynchronisation

/// `devices:` what holds for devices by their networks.
enum DevicesSection {
    /// Looked through for each device that is asked; a table of that length is made by hand no more.
    static let maximumNetworks = 1_024

    static func read(_ node: YAMLNode, _ reader: DocumentReader, into configuration: inout ServerConfiguration) {
        guard let mapping = MappingReader(node, reader, of: "networks") else { return }
        if let managed = mapping.take("networks", { networks($0, reader) }) { configuration.managed = managed }
        mapping.finish()
    }

    private static func networks(_ node: YAMLNode, _ reader: DocumentReader) -> ManagedNetworks? {
        guard let elements = reader.list(node, of: "networks, each with what holds for its devices") else { return nil }
        guard elements.count <= maximumNetworks else {
            reader.error("networks: at most \(maximumNetworks), found \(elements.count)", at: node.mark)
            return nil
        }
        var seen: Set<Network> = []
        var rules: [ManagedNetworks.Rule] = []
        for element in elements {
            guard let mapping = MappingReader(element, reader, of: "network and manager") else { continue }
            let network = mapping.require("network", "a network such as 10.9.0.0/16", reader.network)
            if let network, !seen.insert(network).inserted {
                reader.error("the network \(network) stands twice", at: element.mark)
            }
            let manager = mapping.take("manager")
            mapping.finish()
            guard let network, let manager, let rule = ManagerSection.read(manager, network: network, reader)
            else { continue }
            rules.append(rule)
        }
        return ManagedNetworks(rules)
    }
}
