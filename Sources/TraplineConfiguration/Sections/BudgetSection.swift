import Basics
import Intake

/// `access: budget:` how much each sender may send.
enum BudgetSection {
    /// Datagrams a second; more than that comes off no socket that one thread empties.
    static let rate = 1...1_000_000
    static let burst = 1...10_000_000
    /// Looked through for each sender that is new; a table of that length is made by hand no more.
    static let maximumNetworks = 1_024
    /// What the default has too.
    static let secondsOfBurst = 10

    private static let off = "off"

    static func read(_ node: YAMLNode, _ reader: DocumentReader) -> BudgetSettings {
        if isOff(node) { return .off }
        var settings = BudgetSettings()
        guard let mapping = MappingReader(node, reader, of: "rate, burst and networks, or off") else { return settings }
        if let allowance = allowance(mapping, reader) {
            settings.allowance = allowance
        } else if let burst = mapping.take("burst", { reader.integer($0, in: Self.burst) }) {
            settings.allowance?.burst = burst
        }
        if let networks = mapping.take("networks", { networks($0, reader) }) { settings.networks = networks }
        mapping.finish()
        return settings
    }

    private static func isOff(_ node: YAMLNode) -> Bool {
        if case .text(off, _) = node.content { true } else { false }
    }

    /// `nil` without a rate. A burst that is left out is what comes in some seconds at the rate.
    private static func allowance(
        _ mapping: MappingReader, _ reader: DocumentReader
    ) -> BudgetSettings.Allowance? {
        guard let rate = mapping.take("rate", { reader.integer($0, in: Self.rate) }) else { return nil }
        let burst = mapping.take("burst") { reader.integer($0, in: Self.burst) }
        return BudgetSettings.Allowance(rate: rate, burst: burst ?? min(rate * secondsOfBurst, Self.burst.upperBound))
    }

    private static func networks(_ node: YAMLNode, _ reader: DocumentReader) -> [BudgetSettings.Exception]? {
        guard let elements = reader.list(node, of: "networks, each with its budget") else { return nil }
        guard elements.count <= maximumNetworks else {
            reader.error(
                "networks: at most \(maximumNetworks) have budgets of their own, found \(elements.count)", at: node.mark
            )
            return nil
        }
        var exceptions: [BudgetSettings.Exception] = []
        for element in elements {
            guard let exception = exception(element, reader) else { continue }
            if exceptions.contains(where: { $0.network == exception.network }) {
                reader.error("the network \(exception.network) stands twice", at: element.mark)
            } else {
                exceptions.append(exception)
            }
        }
        return exceptions
    }

    /// `{network: 10.9.0.0/16, rate: 10000, burst: 100000}` or `{network: 10.1.0.5, budget: off}`.
    private static func exception(_ node: YAMLNode, _ reader: DocumentReader) -> BudgetSettings.Exception? {
        guard let mapping = MappingReader(node, reader, of: "network, and rate and burst or budget: off") else {
            return nil
        }
        let network = mapping.require("network", "a network such as 10.9.0.0/16", reader.network)
        let budget = mapping.take("budget")
        let hasRate = mapping.take("rate") != nil
        let hasBurst = mapping.take("burst") != nil
        let allowance = allowance(mapping, reader)
        mapping.finish()
        if let budget {
            guard isOff(budget) else {
                reader.error("expected off, found \(reader.described(budget))", at: budget.mark)
                return nil
            }
            guard !hasRate, !hasBurst else {
                reader.error("a network has either a rate or budget: off", at: node.mark)
                return nil
            }
            return network.map { BudgetSettings.Exception(network: $0, allowance: nil) }
        }
        guard hasRate else {
            reader.error("rate: is missing: datagrams a second, or budget: off", at: node.mark)
            return nil
        }
        guard let network, let allowance else { return nil }
        return BudgetSettings.Exception(network: network, allowance: allowance)
    }
}
