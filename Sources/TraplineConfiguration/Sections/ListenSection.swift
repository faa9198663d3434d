import Basics
import Intake

/// `listen:` which addresses are received on.
enum ListenSection {
    /// The listeners that there are, each with its port.
    static let ports: KeyValuePairs<String, UInt16> = ["traps": 162, "keep-alives": 1161]
    /// More sockets than any host has interfaces worth naming.
    static let maximumEndpoints = 64
    static let threads = 1...64
    /// The kernel gives no less and few systems grant more.
    static let receiveBuffer = 64 * 1024...1024 * 1024 * 1024

    /// Every address of both families, on the ports that devices send to.
    static let embeddedDefault: [ListenerSettings] = ports.map { name, port in
        ListenerSettings(
            name: name, endpoints: [IPAddress(v4: 0), IPAddress(v6: 0)].map { Endpoint($0, port: port) })
    }

    static func read(_ node: YAMLNode, _ reader: DocumentReader) -> [ListenerSettings] {
        guard let mapping = MappingReader(node, reader, of: "listeners") else { return [] }
        let errors = reader.errorCount
        var seen: [Endpoint: String] = [:]
        let listeners = ports.compactMap { name, port in
            mapping.take(name) { listener(name, port, $0, reader, &seen) }
        }
        mapping.finish()
        if listeners.isEmpty, reader.errorCount == errors {
            reader.error("no listener: traps, keep-alives or both must have addresses", at: node.mark)
        }
        return listeners
    }

    private static func listener(
        _ name: String, _ port: UInt16, _ node: YAMLNode, _ reader: DocumentReader, _ seen: inout [Endpoint: String]
    ) -> ListenerSettings? {
        var settings = ListenerSettings(name: name, endpoints: [])
        var addresses = node
        if case .mapping = node.content {
            guard let mapping = MappingReader(node, reader, of: "a listener's settings") else { return nil }
            let endpoints = mapping.require("endpoints", "a list of ADDRESS:PORT") { $0 }
            if let threads = mapping.take("threads", { reader.integer($0, in: threads) }) { settings.threads = threads }
            if let size = mapping.take("receive-buffer", { reader.size($0, in: receiveBuffer) }) {
                settings.receiveBuffer = size
            }
            mapping.finish()
            guard let endpoints else { return nil }
            addresses = endpoints
        }
        let elements = reader.oneOrMore(addresses)
        guard (1...maximumEndpoints).contains(elements.count) else {
            reader.error(
                "\(name): expected 1 to \(maximumEndpoints) addresses, found \(elements.count)", at: addresses.mark)
            return nil
        }
        for element in elements {
            guard let endpoint = reader.endpoint(element, defaultPort: port) else { continue }
            // Port 0 asks the kernel for a free one, each time another.
            if endpoint.port != 0, let other = seen.updateValue(name, forKey: endpoint) {
                reader.error("\(endpoint) is listened on twice: \(other) has it too", at: element.mark)
                continue
            }
            settings.endpoints.append(endpoint)
        }
        return settings.endpoints.isEmpty ? nil : settings
    }
}
