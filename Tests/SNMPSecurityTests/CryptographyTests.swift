import Basics
import SNMPWire
import Testing

@testable import SNMPSecurity

/// Published vectors, and where there are none the values of an independent implementation (Python's hashlib).
@Suite struct CryptographyTests {
    /// RFC 3414 A.3: the engine 00…02.
    private static let engine = EngineID(hexadecimal: "000000000000000000000002")
    private static let password = Secret("maplesyrup")

    struct KeyVector: Sendable {
        var authentication: AuthenticationProtocol
        var master: String
        var localised: String
    }

    /// MD5 and SHA-1 are RFC 3414 A.3.1's and A.3.2's; RFC 7860 gives none.
    @Test(arguments: [
        KeyVector(
            authentication: .md5, master: "9faf3283884e92834ebc9847d8edd963",
            localised: "526f5eed9fcce26f8964c2930787d82b"),
        KeyVector(
            authentication: .sha1, master: "9fb5cc0381497b3793528939ff788d5d79145211",
            localised: "6695febc9288e36282235fc7151f128497b38f3f"),
        KeyVector(
            authentication: .sha224, master: "282a5867ee9aac639ad59df9572c7d3ac0fbc13a905b6df07dbbf00b",
            localised: "0bd8827c6e29f8065e08e09237f177e410f69b90e1782be682075674"),
        KeyVector(
            authentication: .sha256, master: "ab51014d1e077f6017df2b12bee5f5aa72993177e9bb569c4dff5a4ca0b4afac",
            localised: "8982e0e549e866db361a6b625d84cccc11162d453ee8ce3a6445c2d6776f0f8b"),
        KeyVector(
            authentication: .sha384,
            master: "e06eccdf2c68a06ed034723c9c26e0db3b669e1e2efed49150b55377a2e98f38"
                + "3c86fb836857444654b287c93f51ff64",
            localised: "3b298f16164a11184279d5432bf169e2d2a48307de02b3d3f7e2b4f36eb6f045"
                + "5a53689a3937eea07319a633d2ccba78"),
        KeyVector(
            authentication: .sha512,
            master: "7e4396de5aadc77be853819b98c9406265b3a9c37cc3176569847a4e4f6fba63"
                + "dd3a73d04924d31a63f95a601f9385af6be4ed1b37f87d040f7c6ed6f8d38a91",
            localised: "22a5a36cedfcc085807a128d7bc6c2382167ad6c0dbc5fdff856740f3d84c099"
                + "ad1ea87a8db096714d9788bd544047c9021e4229ce27e4c0a69250adfcffbb0b"),
    ])
    func makesKeysOfAPassword(_ vector: KeyVector) throws {
        let engine = try #require(Self.engine)
        let master = try #require(Cryptography.masterKey(vector.authentication, Self.password))
        #expect(master.octets == Hex.octets(vector.master))
        let localised = try #require(Cryptography.localise(vector.authentication, master, at: engine))
        #expect(localised.octets == Hex.octets(vector.localised))
        #expect(localised.octets.count == vector.authentication.keyLength)
    }

    struct PrivacyVector: Sendable {
        var authentication: AuthenticationProtocol
        var privacy: PrivacyProtocol
        var key: String
    }

    @Test(arguments: [
        PrivacyVector(authentication: .md5, privacy: .des, key: "526f5eed9fcce26f8964c2930787d82b"),
        PrivacyVector(authentication: .sha1, privacy: .aes128, key: "6695febc9288e36282235fc7151f1284"),
        PrivacyVector(
            authentication: .sha1, privacy: .aes192, key: "6695febc9288e36282235fc7151f128497b38f3f505e07eb"),
        PrivacyVector(
            authentication: .sha1, privacy: .aes256,
            key: "6695febc9288e36282235fc7151f128497b38f3f505e07eb9af25568fa1f5dbe"),
        PrivacyVector(
            authentication: .sha1, privacy: .aes192Reeder, key: "6695febc9288e36282235fc7151f128497b38f3f9b8b6d78"),
        PrivacyVector(
            authentication: .sha1, privacy: .aes256Reeder,
            key: "6695febc9288e36282235fc7151f128497b38f3f9b8b6d78936ba6e7d19dfd9c"),
        PrivacyVector(
            authentication: .md5, privacy: .aes256,
            key: "526f5eed9fcce26f8964c2930787d82bfa24a92467426c2f4b09192be10dfaec"),
        PrivacyVector(
            authentication: .md5, privacy: .aes256Reeder,
            key: "526f5eed9fcce26f8964c2930787d82b79eff44a90650ee0a3a40abfac5acc12"),
        PrivacyVector(
            authentication: .sha224, privacy: .aes256Reeder,
            key: "0bd8827c6e29f8065e08e09237f177e410f69b90e1782be68207567422c34be4"),
        PrivacyVector(
            authentication: .sha512, privacy: .aes256,
            key: "22a5a36cedfcc085807a128d7bc6c2382167ad6c0dbc5fdff856740f3d84c099"),
    ])
    func makesKeysForCiphers(_ vector: PrivacyVector) throws {
        let engine = try #require(Self.engine)
        let master = try #require(Cryptography.masterKey(vector.authentication, Self.password))
        let key = Cryptography.privacyKey(vector.privacy, vector.authentication, master, at: engine)
        #expect(key?.octets == Hex.octets(vector.key))
    }

    @Test func aShortPasswordIsNone() {
        #expect(Cryptography.masterKey(.sha256, Secret("1234567")) == nil)
        #expect(Cryptography.masterKey(.sha256, Secret("12345678")) != nil)
    }

    struct CipherVectors: Sendable {
        var privacy: PrivacyProtocol
        var key: String
        var boots: Int32
        var time: Int32
        var salt: UInt64
        var plaintext: String
        var ciphertext: String
    }

    private static let blocks =
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"

    /// NIST SP 800-38A F.3.13, F.3.15 and F.3.17 for AES; FIPS 81 for DES.
    @Test(arguments: [
        CipherVectors(
            privacy: .aes128, key: "2b7e151628aed2a6abf7158809cf4f3c", boots: 0x0001_0203, time: 0x0405_0607,
            salt: 0x0809_0a0b_0c0d_0e0f, plaintext: blocks,
            ciphertext: "3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b"
                + "26751f67a3cbb140b1808cf187a4f4dfc04b05357c5d1c0eeac4c66f9ff7f2e6"),
        CipherVectors(
            privacy: .aes192, key: "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", boots: 0x0001_0203,
            time: 0x0405_0607, salt: 0x0809_0a0b_0c0d_0e0f, plaintext: blocks,
            ciphertext: "cdc80d6fddf18cab34c25909c99a417467ce7f7f81173621961a2b70171d3d7a"
                + "2e1e8a1dd59b88b1c8e60fed1efac4c9c05f9f9ca9834fa042ae8fba584b09ff"),
        CipherVectors(
            privacy: .aes256, key: "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
            boots: 0x0001_0203, time: 0x0405_0607, salt: 0x0809_0a0b_0c0d_0e0f, plaintext: blocks,
            ciphertext: "dc7e84bfda79164b7ecd8486985d386039ffed143b28b1c832113c6331e5407b"
                + "df10132415e54b92a13ed0a8267ae2f975a385741ab9cef82031623d55b1e471"),
        CipherVectors(
            privacy: .des, key: "0123456789abcdef0000000000000000", boots: 7, time: 8, salt: 0x1234_5678_90ab_cdef,
            plaintext: "4e6f77206973207468652074696d6520666f7220616c6c20",
            ciphertext: "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"),
    ])
    func enciphersAsPublished(_ vector: CipherVectors) throws {
        let key = Key(Hex.octets(vector.key))
        let start = try #require(
            CipherVector(vector.privacy, key: key, boots: vector.boots, time: vector.time, salt: vector.salt))
        let plaintext = Hex.octets(vector.plaintext)
        let ciphertext = try #require(Cryptography.encrypt(vector.privacy, key, vector: start, plaintext))
        #expect(Array(ciphertext.prefix(plaintext.count)) == Hex.octets(vector.ciphertext))
        let back = Cryptography.decrypt(
            vector.privacy, key, vector: start, Hex.octets(vector.ciphertext).rawOctets)
        #expect(back == plaintext)
    }

    @Test func desTakesWholeBlocksOnly() throws {
        let key = Key(Hex.octets("0123456789abcdef0000000000000000"))
        let vector = try #require(CipherVector(.des, key: key, boots: 0, time: 0, salt: 1))
        for count in 1...24 {
            let plaintext = (0..<count).map { UInt8($0) }
            let ciphertext = try #require(Cryptography.encrypt(.des, key, vector: vector, plaintext))
            #expect(ciphertext.count.isMultiple(of: 8))
            #expect(ciphertext.count - count <= 8)
            let back = Cryptography.decrypt(.des, key, vector: vector, ciphertext.rawOctets)
            #expect(back.map { Array($0.prefix(count)) } == plaintext)
            let cut = Cryptography.decrypt(.des, key, vector: vector, Array(ciphertext.dropLast()).rawOctets)
            #expect(cut == nil)
        }
    }
}

enum Hex {
    static func octets(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
