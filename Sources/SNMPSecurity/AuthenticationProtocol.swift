/// How a message is authenticated: HMAC with one of the hashes of RFC 3414 §6, §7 and RFC 7860 §4. The raw values are
/// what net-snmp's clients call them.
public enum AuthenticationProtocol: String, Sendable, Hashable, CaseIterable {
    case md5 = "MD5"
    case sha1 = "SHA"
    case sha224 = "SHA-224"
    case sha256 = "SHA-256"
    case sha384 = "SHA-384"
    case sha512 = "SHA-512"

    /// Octets of the authentication code in a message: the hash cut short (RFC 3414 §6.3.1, RFC 7860 §4.2.1).
    public var codeLength: Int {
        switch self {
        case .md5, .sha1: 12
        case .sha224: 16
        case .sha256: 24
        case .sha384: 32
        case .sha512: 48
        }
    }

    /// Octets of the hash, and so of a key.
    public var keyLength: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha224: 28
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// Whether RFC 7860 §1 holds it to be outdated: there are better ones in every product of the last ten years.
    public var isWeak: Bool { self == .md5 || self == .sha1 }

    /// Those whose codes have so many octets; none for a length that no protocol has.
    public static func withCode(ofLength length: Int) -> [AuthenticationProtocol] {
        allCases.filter { $0.codeLength == length }
    }
}

extension AuthenticationProtocol: CustomStringConvertible {
    public var description: String { self == .sha1 ? "SHA-1" : rawValue }
}
