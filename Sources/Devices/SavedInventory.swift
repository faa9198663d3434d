public import Basics

/// What a store kept of an inventory.
public struct SavedInventory: Sendable {
    public var devices: [Device]
    public var claims: [BindingClaim]
    public var sites: [SilentSite]
    /// The largest time read, and the live clock then.
    public var clock: Timestamp?
    public var live: Int64
    /// How many signs of life are kept beside the devices' rows.
    public var signCount: Int
    /// The highest device's number among these: theirs may be gone, and another's must not take them for its own.
    public var lastNumber: UInt32

    public init(
        devices: [Device] = [], claims: [BindingClaim] = [], sites: [SilentSite] = [], clock: Timestamp? = nil,
        live: Int64 = 0, signCount: Int = 0, lastNumber: UInt32 = 0
    ) {
        self.devices = devices
        self.claims = claims
        self.sites = sites
        self.clock = clock
        self.live = live
        self.signCount = signCount
        self.lastNumber = lastNumber
    }
}
