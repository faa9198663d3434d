import SNMPSecurity
import SNMPWire
import Testing

struct SpelledWordTests {
    @Test(
        arguments: [
            ("MD5", .md5), ("md5", .md5), ("SHA", .sha1), ("SHA1", .sha1), ("SHA-1", .sha1), ("sha-1", .sha1),
            ("SHA-224", .sha224), ("SHA256", .sha256), ("sha-256", .sha256), ("Sha_384", .sha384), ("SHA 512", .sha512),
            ("HMAC-SHA-256", .sha256), ("SHA-25", nil), ("SHA-2", nil), ("", nil),
        ] as [(String, AuthenticationProtocol?)])
    func authentication(text: String, expected: AuthenticationProtocol?) {
        #expect(AuthenticationProtocol(spelled: text) == expected)
    }

    @Test(
        arguments: [
            ("DES", .des), ("des", .des), ("AES", .aes128), ("aes", .aes128), ("AES128", .aes128), ("AES-128", .aes128),
            ("AES192", .aes192), ("AES-256", .aes256), ("aes256", .aes256), ("AES192C", .aes192Reeder),
            ("AES-256-C", .aes256Reeder), ("AES256C", .aes256Reeder), ("aes-256c", .aes256Reeder), ("3DES", nil),
            ("AES512", nil),
        ] as [(String, PrivacyProtocol?)])
    func privacy(text: String, expected: PrivacyProtocol?) {
        #expect(PrivacyProtocol(spelled: text) == expected)
    }

    @Test func everyWordSpellsItself() {
        for word in AuthenticationProtocol.allCases {
            #expect(AuthenticationProtocol(spelled: word.rawValue) == word)
            #expect(AuthenticationProtocol(spelled: word.description) == word)
        }
        for word in PrivacyProtocol.allCases {
            #expect(PrivacyProtocol(spelled: word.rawValue) == word)
            #expect(PrivacyProtocol(spelled: word.description) == word)
        }
        for level in SecurityLevel.allCases {
            #expect(SecurityLevel(spelled: level.description) == level)
            #expect(SecurityLevel(spelled: level.description.uppercased()) == level)
        }
        #expect(SecurityLevel(spelled: "auth-priv") == nil)
    }

    @Test(arguments: ["3DES", "3des", "3DES-EDE", "TDES"])
    func tripleDESIsNamedAndNotSupported(text: String) throws {
        #expect(try #require(PrivacyProtocol.whyUnsupported(text)).hasPrefix("\(text) is not supported: use AES"))
        #expect(PrivacyProtocol.whyUnsupported("DES") == nil)
        #expect(AuthenticationProtocol.whyUnsupported(text) == nil)
    }
}
