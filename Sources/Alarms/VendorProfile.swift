public import SNMPWire

/// Where a vendor's traps and their var-binds lie in the tree of OIDs.
///
/// A device can be told to send its traps under another enterprise root (ini parameter `SNMPTrapEnterpriseOid`), with
/// everything below it unchanged. Rules are written for the vendor's own root and hold under the configured one too;
/// var-binds are taken under either, since the documentation leaves open whether they move along.
public struct VendorProfile: Sendable, Hashable {
    /// The root that the vendor's module has: acTrap.
    public static let ownTrapRoot = OID.enterprises.appending(5003, 9, 10, 1, 21)

    /// The root that the devices send under.
    public var trapRoot: OID

    public init(trapRoot: OID = VendorProfile.ownTrapRoot) {
        self.trapRoot = trapRoot
    }

    /// The vendor's own root: what a device sends that was not told otherwise.
    public static let audiocodes = VendorProfile()

    /// An OID under the configured root as it is under the vendor's own; any other OID as it is.
    public func canonical(_ oid: OID) -> OID {
        guard trapRoot != VendorProfile.ownTrapRoot, let suffix = oid.arcs(after: trapRoot) else { return oid }
        return VendorProfile.ownTrapRoot.appending(arcs: suffix)
    }

    /// The OIDs that an object may come under: its own, and for a vendor object the one under the configured root.
    public func spellings(of oid: OID) -> [OID] {
        let own = canonical(oid)
        guard trapRoot != VendorProfile.ownTrapRoot, let suffix = own.arcs(after: VendorProfile.ownTrapRoot) else {
            return [own]
        }
        return [own, trapRoot.appending(arcs: suffix)]
    }

    /// acBoardTrapDefinitions: a trap that no rule names is still read as the vendor's if it lies below.
    static let trapDefinitions = ownTrapRoot.appending(2)
    /// acBoardTrapGlobals: the var-binds that every trap of the vendor has.
    static let trapGlobals = ownTrapRoot.appending(1)
}
