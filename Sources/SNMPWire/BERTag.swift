/// The identifier octets that SNMP uses: all of them are one octet long (RFC 2578 §7.1, RFC 3416 §3).
enum BERTag {
    static let integer: UInt8 = 0x02
    static let octetString: UInt8 = 0x04
    static let null: UInt8 = 0x05
    static let objectIdentifier: UInt8 = 0x06
    static let sequence: UInt8 = 0x30
    static let ipAddress: UInt8 = 0x40
    static let counter32: UInt8 = 0x41
    static let gauge32: UInt8 = 0x42
    static let timeTicks: UInt8 = 0x43
    static let opaque: UInt8 = 0x44
    static let counter64: UInt8 = 0x46
    /// The next three are RFC 1442's, withdrawn by RFC 1902: BIT STRING for what is now BITS, NsapAddress, UInteger32.
    static let bitString: UInt8 = 0x03
    static let nsapAddress: UInt8 = 0x45
    static let uInteger32: UInt8 = 0x47
    static let noSuchObject: UInt8 = 0x80
    static let noSuchInstance: UInt8 = 0x81
    static let endOfMibView: UInt8 = 0x82
}
