import Alarms
import Basics
public import MIBCatalog
import SNMPWire

extension RouteConditions.NotificationPattern {
    /// From what an operator writes:
    /// * `1.3.6.1.4.1.5003.*`, `SNMPv2-SMI::enterprises.*`: everything at and below that OID,
    /// * `1.3.6.1.6.3.1.1.5.3`, `linkDown`, `IF-MIB::linkDown`: that notification,
    /// * `IF-MIB::link*`, `acBoard*`: by name.
    ///
    /// `nil` if it is a name that the catalog does not know, or an OID with a `*` elsewhere than at its end.
    public init?(_ text: String, catalog: Catalog) {
        if text.hasSuffix(".*"), let oid = catalog.oid(named: String(text.dropLast(2))) {
            self = .subtree(oid)
        } else if Glob.isPattern(text) {
            guard !text.allSatisfy({ $0.isNumber || "*?.".contains($0) }) || text == "*" else { return nil }
            self = .glob(text)
        } else if let oid = catalog.oid(named: text) {
            self = .exact(oid)
        } else {
            return nil
        }
    }
}

/// The notification that rows are matched against, named at most once for all of them, and only if a row asks for a
/// name.
struct NotificationIdentity {
    let oid: OID
    /// The OID under the vendor's own root, where the device sends under another; else the same.
    let canonical: OID
    private let catalog: Catalog
    private var node: MIBNode??

    init(_ oid: OID, canonical: OID, catalog: Catalog) {
        self.oid = oid
        self.canonical = canonical
        self.catalog = catalog
    }

    /// The node of the catalog with the longest known prefix.
    mutating func namedNode() -> MIBNode? {
        if let node { return node }
        let found = catalog.node(for: canonical)
        node = .some(found)
        return found
    }
}

/// A notification pattern made ready.
enum CompiledNotificationPattern: Sendable, Hashable {
    case subtree(OID)
    case exact(OID)
    /// A module glob (where the pattern holds `::`) and a name glob.
    case name(module: Glob?, name: Glob)

    init(_ pattern: RouteConditions.NotificationPattern) {
        switch pattern {
        case .subtree(let oid): self = .subtree(oid)
        case .exact(let oid): self = .exact(oid)
        case .glob(let text):
            if let separator = text.firstRange(of: "::") {
                self = .name(
                    module: Glob(String(text[..<separator.lowerBound])),
                    name: Glob(String(text[separator.upperBound...])))
            } else {
                self = .name(module: nil, name: Glob(text))
            }
        }
    }

    func matches(_ notification: inout NotificationIdentity) -> Bool {
        switch self {
        case .subtree(let root):
            return notification.oid.hasPrefix(root) || notification.canonical.hasPrefix(root)
        case .exact(let oid):
            return notification.oid == oid || notification.canonical == oid
        case .name(let module, let name):
            guard let node = notification.namedNode() else { return module == nil && name.pattern == "*" }
            if let module, !module.matches(node.module) { return false }
            // A notification without a name of its own goes by its nearest known ancestor, and only for a pattern
            // that leaves the end open: `AcBoard::*` holds for the vendor's numbers that are in no module.
            return name.matches(node.name)
                && (node.oid == notification.canonical || name.pattern.hasSuffix("*"))
        }
    }

    /// Whether this pattern matches all that `other` does; `false` where that is not sure.
    func covers(_ other: CompiledNotificationPattern) -> Bool {
        switch (self, other) {
        case (.subtree(let root), .subtree(let oid)), (.subtree(let root), .exact(let oid)):
            return oid.hasPrefix(root)
        case (.exact(let left), .exact(let right)):
            return left == right
        case (.name(let leftModule, let leftName), .name(let rightModule, let rightName)):
            let coversModule =
                switch (leftModule, rightModule) {
                case (nil, _): true
                case (.some(let left), .some(let right)): left.covers(right)
                case (.some(let left), nil): left.pattern == "*"
                }
            return coversModule && leftName.covers(rightName)
        case (.name(let module, let name), _):
            return module == nil && name.pattern == "*"
        default:
            return false
        }
    }
}
