/// What the vendor's product numbers stand for: the last arc of sysObjectID, and acSysTypeProduct.
enum VendorProducts {
    /// Of acKnownProducts in AC-TYPES, as far as it goes; later products are known by their sysDescr.
    static let names: [Int: String] = [
        2: "MP-108", 3: "MP-124", 31: "Mediant 2000", 47: "Mediant 1000", 49: "Mediant 3000", 56: "MP-118",
        57: "MP-114", 58: "MP-112", 65: "Mediant 600", 67: "Mediant 1000 MSBG", 68: "Mediant 600 MSBG",
        69: "Mediant 800 MSBG", 70: "Mediant 4000", 71: "Mediant 1000 E-SBC", 72: "Mediant 800 E-SBC",
        74: "Mediant 850 MSBG", 75: "Mediant 850 E-SBC", 76: "Mediant 500 MSBR", 77: "Mediant 500 E-SBC",
        78: "Mediant 2600", 79: "Mediant VE SBC", 80: "Mediant VE-H", 81: "Mediant SE SBC", 82: "Mediant SE-H",
        83: "Mediant 6000", 84: "Mediant 500L MSBG", 85: "Mediant 500L E-SBC",
    ]
}

extension SyncInventory {
    /// The product's name where its number is known, else what the device says of itself.
    public var productName: String? {
        product.flatMap { Int($0) }.flatMap { VendorProducts.names[$0] } ?? description ?? product
    }
}
