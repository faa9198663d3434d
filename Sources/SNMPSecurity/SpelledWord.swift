public import SNMPWire

/// A protocol of SNMPv3 by the names that people know it by: vendors' manuals, net-snmp's clients and the RFCs write the
/// same one in many ways, and none of them is worth an error.
public protocol SpelledWord: CaseIterable, RawRepresentable<String> {
    /// Names besides the raw values, as `folded` makes them.
    static var otherSpellings: [String: Self] { get }
    /// Names of what there is elsewhere and not here, as `folded` makes them, each with what is to be used instead.
    static var unsupported: [String: String] { get }
}

extension SpelledWord {
    public static var unsupported: [String: String] { [:] }

    /// `SHA-256`, `sha256` and `SHA_256` are one.
    public init?(spelled text: some StringProtocol) {
        let word = Self.folded(text)
        guard let found = Self.allCases.first(where: { Self.folded($0.rawValue) == word }) ?? Self.otherSpellings[word]
        else { return nil }
        self = found
    }

    /// What to tell somebody who asks for what there is elsewhere; `nil` for any other word.
    public static func whyUnsupported(_ text: String) -> String? {
        unsupported[folded(text)].map { "\(text) is not supported: \($0)" }
    }

    private static func folded(_ text: some StringProtocol) -> String {
        text.uppercased().filter { !"-_ ".contains($0) }
    }
}

extension AuthenticationProtocol: SpelledWord {
    public static let otherSpellings: [String: AuthenticationProtocol] = [
        "SHA1": .sha1, "HMACMD5": .md5, "HMACSHA": .sha1, "HMACSHA1": .sha1, "HMACSHA224": .sha224,
        "HMACSHA256": .sha256, "HMACSHA384": .sha384, "HMACSHA512": .sha512,
    ]
}

extension PrivacyProtocol: SpelledWord {
    public static let otherSpellings: [String: PrivacyProtocol] = [
        "AES128": .aes128, "DES56": .des, "CBCDES": .des, "AES192CISCO": .aes192Reeder, "AES256CISCO": .aes256Reeder,
    ]

    /// No RFC has it, and its key is extended in ways of each vendor's own.
    public static let unsupported: [String: String] = Dictionary(
        uniqueKeysWithValues: ["3DES", "3DESEDE", "DES3", "TDES", "TRIPLEDES"].map {
            ($0, "use AES, or what of AES-192 and AES-256 the device has")
        })
}

extension SecurityLevel {
    /// As net-snmp's clients take it, long and short, in whatever case.
    public init?(spelled text: String) {
        switch text.lowercased() {
        case "noauthnopriv", "nanp", "noauth": self = .noAuthNoPriv
        case "authnopriv", "anp", "auth": self = .authNoPriv
        case "authpriv", "ap", "priv": self = .authPriv
        default: return nil
        }
    }
}
