/// How a scoped PDU is encrypted. The raw values are what net-snmp's clients call them.
public enum PrivacyProtocol: String, Sendable, Hashable, CaseIterable {
    /// CBC-DES (RFC 3414 §8).
    case des = "DES"
    /// CFB128-AES-128 (RFC 3826).
    case aes128 = "AES"
    /// Longer keys after draft-blumenthal-aes-usm-04, as net-snmp and most devices have them.
    case aes192 = "AES-192"
    case aes256 = "AES-256"
    /// Longer keys after draft-reeder-snmpv3-usm-3desede-00, as Cisco's devices have them.
    case aes192Reeder = "AES-192-C"
    case aes256Reeder = "AES-256-C"

    /// Octets of the key; DES's are 8 of the key and 8 of which the vector is made.
    public var keyLength: Int {
        switch self {
        case .des, .aes128: 16
        case .aes192, .aes192Reeder: 24
        case .aes256, .aes256Reeder: 32
        }
    }

    /// Octets of `msgPrivacyParameters`, the salt, for every protocol (RFC 3414 §8.1.1.1, RFC 3826 §3.1.2.1).
    public static let saltLength = 8

    /// 56 bits of key are found by trying.
    public var isWeak: Bool { self == .des }
}

extension PrivacyProtocol: CustomStringConvertible {
    public var description: String { self == .aes128 ? "AES-128" : rawValue }
}
