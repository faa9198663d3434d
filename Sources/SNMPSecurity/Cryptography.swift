internal import Basics
internal import CNetSNMP
internal import SNMPWire

/// The door to net-snmp's key functions and DES, and to libcrypto's HMAC and AES. No pointer leaves this file; any thread may
/// call it.
enum Cryptography {
    /// net-snmp refuses shorter ones (RFC 3414 §11.2).
    static let minimumPasswordOctets = Int(TRAPLINE_USM_MINIMUM_PASSWORD)

    // MARK: - Keys

    /// The key that a password stands for (RFC 3414 A.2): some 2 ms. `nil` for a password that is too short.
    static func masterKey(_ authentication: AuthenticationProtocol, _ password: Secret) -> Key? {
        let password = Array(password.reveal().utf8)
        return unsafe key(ofAtMost: Int(TRAPLINE_USM_MAXIMUM_KEY)) { key in
            unsafe trapline_usm_master_key(authentication.library, password, password.count, key)
        }
    }

    /// What a master key becomes at an engine (RFC 3414 §2.6).
    static func localise(_ authentication: AuthenticationProtocol, _ master: Key, at engine: EngineID) -> Key? {
        let name = engine.octets
        return unsafe key(ofAtMost: Int(TRAPLINE_USM_MAXIMUM_KEY)) { key in
            unsafe trapline_usm_localise(
                authentication.library, master.octets, master.octets.count, name, name.count, key)
        }
    }

    /// The key for encrypting, of a master key that was made with the user's authentication protocol: localised, and made
    /// longer or cut to what the cipher wants.
    static func privacyKey(
        _ privacy: PrivacyProtocol, _ authentication: AuthenticationProtocol, _ master: Key, at engine: EngineID
    ) -> Key? {
        guard let localised = localise(authentication, master, at: engine) else { return nil }
        guard localised.octets.count < privacy.keyLength else {
            return Key(Array(localised.octets.prefix(privacy.keyLength)))
        }
        let name = engine.octets
        return unsafe key(ofAtMost: Int(TRAPLINE_USM_MAXIMUM_KEY)) { key in
            for (index, octet) in localised.octets.enumerated() { unsafe key[index] = octet }
            return unsafe trapline_usm_extend(
                authentication.library, privacy.extension, name, name.count, key, localised.octets.count,
                privacy.keyLength)
        }
    }

    private static func key(
        ofAtMost count: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Int
    ) -> Key? {
        let octets = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            guard let base = buffer.baseAddress else { return }
            written = unsafe min(fill(base), count)
        }
        return octets.isEmpty ? nil : Key(octets)
    }

    // MARK: - Authentication codes

    /// Whether the code that stands in a message is its own, found in constant time.
    static func codeFits(
        _ authentication: AuthenticationProtocol, _ key: Key, message: RawSpan, code: Range<Int>
    ) -> Bool {
        unsafe message.withUnsafeBytes { message in
            guard let base = message.baseAddress, code.upperBound <= message.count else { return false }
            return unsafe trapline_usm_code_fits(
                authentication.library, key.octets, key.octets.count, base.assumingMemoryBound(to: UInt8.self),
                message.count, code.lowerBound, code.count)
        }
    }

    /// The code of a message in which the code's octets stand at `hole`; `nil` where the library fails.
    static func code(
        _ authentication: AuthenticationProtocol, _ key: Key, message: [UInt8], hole: Range<Int>
    ) -> [UInt8]? {
        var isMade = false
        let code = unsafe [UInt8](unsafeUninitializedCapacity: hole.count) { buffer, written in
            guard let base = buffer.baseAddress else { return }
            isMade = unsafe trapline_usm_code(
                authentication.library, key.octets, key.octets.count, message, message.count, hole.lowerBound,
                hole.count, base)
            written = isMade ? hole.count : 0
        }
        return isMade ? code : nil
    }

    // MARK: - Ciphers

    /// - Parameter vector: as long as the cipher's block.
    /// - Returns: for DES a whole number of blocks; `nil` where the library fails.
    static func encrypt(_ privacy: PrivacyProtocol, _ key: Key, vector: CipherVector, _ plaintext: [UInt8]) -> [UInt8]?
    {
        let result = unsafe [UInt8](unsafeUninitializedCapacity: plaintext.count + 8) { buffer, written in
            guard let base = buffer.baseAddress else { return }
            written = unsafe vector.withOctets { vector in
                unsafe trapline_usm_encrypt(
                    privacy.library, key.octets, key.octets.count, vector, plaintext, plaintext.count, base)
            }
        }
        return result.isEmpty ? nil : result
    }

    /// - Returns: the plaintext with its padding; `nil` where the ciphertext's length is none that the cipher has.
    static func decrypt(
        _ privacy: PrivacyProtocol, _ key: Key, vector: CipherVector, _ ciphertext: RawSpan
    ) -> [UInt8]? {
        let result = unsafe [UInt8](unsafeUninitializedCapacity: ciphertext.byteCount) { buffer, written in
            unsafe ciphertext.withUnsafeBytes { ciphertext in
                guard let base = buffer.baseAddress, let source = ciphertext.baseAddress else { return }
                written = unsafe vector.withOctets { vector in
                    unsafe trapline_usm_decrypt(
                        privacy.library, key.octets, key.octets.count, vector,
                        source.assumingMemoryBound(to: UInt8.self), ciphertext.count, base)
                }
            }
        }
        return result.isEmpty ? nil : result
    }
}

extension AuthenticationProtocol {
    fileprivate var library: trapline_usm_authentication {
        switch self {
        case .md5: TRAPLINE_USM_MD5
        case .sha1: TRAPLINE_USM_SHA1
        case .sha224: TRAPLINE_USM_SHA224
        case .sha256: TRAPLINE_USM_SHA256
        case .sha384: TRAPLINE_USM_SHA384
        case .sha512: TRAPLINE_USM_SHA512
        }
    }
}

extension PrivacyProtocol {
    fileprivate var library: trapline_usm_privacy {
        switch self {
        case .des: TRAPLINE_USM_DES
        case .aes128: TRAPLINE_USM_AES128
        case .aes192, .aes192Reeder: TRAPLINE_USM_AES192
        case .aes256, .aes256Reeder: TRAPLINE_USM_AES256
        }
    }

    fileprivate var `extension`: trapline_usm_extension {
        switch self {
        case .aes192Reeder, .aes256Reeder: TRAPLINE_USM_REEDER
        case .des, .aes128, .aes192, .aes256: TRAPLINE_USM_BLUMENTHAL
        }
    }
}
