internal import SNMPWire

/// A v3 message that is sent many times with other contents of the same length, and only what is different in it is
/// made anew: for a load of tens of thousands a second.
public struct SealedTemplate: Sendable {
    /// The scoped PDU, to be written over; its length stays.
    public var plaintext: [UInt8]
    /// The message as it was sealed last.
    public private(set) var octets: [UInt8]

    private let keys: LocalisedKeys
    private let privacy: PrivacyProtocol
    private let privacyKey: Key
    private let boots: Int32
    private let timeOffset: Int
    private let code: Range<Int>
    private let salt: Range<Int>
    private let encrypted: Range<Int>

    /// From here on an engine's time takes four octets (X.690 §8.3.2), and does so for 60 years.
    public static let earliestTime: Int32 = 0x0100_0000

    /// - Parameters:
    ///   - message: at level authPriv, with a cipher that leaves the length as it is (AES).
    ///   - keys: the user's at the message's engine.
    public init(_ message: OutgoingMessage, keys: LocalisedKeys, salts: Salts) throws(OutgoingMessage.Failure) {
        guard let privacy = keys.privacyProtocol, let privacyKey = keys.privacyKey, privacy != .des,
            message.level == .authPriv
        else { throw .noKeys }
        var message = message
        message.reading.time = max(message.reading.time, Self.earliestTime)
        octets = try message.encode(keys: keys, salts: salts)
        plaintext = message.scoped.encode()
        guard let summary = (try? V3View.check(octets)) ?? nil, let encrypted = summary.encrypted,
            encrypted.count == plaintext.count
        else { throw .library }
        self.keys = keys
        self.privacy = privacy
        self.privacyKey = privacyKey
        self.encrypted = encrypted
        boots = message.reading.boots
        code = summary.authenticationParameters
        salt = summary.privacyParameters
        // The user's name follows the time, behind its tag and a length of one octet.
        timeOffset = summary.userName.lowerBound - 2 - MemoryLayout<Int32>.size
    }

    /// Makes the message anew.
    ///
    /// - Parameters:
    ///   - time: the engine's, `earliestTime` or later.
    ///   - salt: never the same twice.
    public mutating func seal(time: Int32, salt number: UInt64) throws(OutgoingMessage.Failure) {
        write(UInt64(UInt32(bitPattern: time)), MemoryLayout<Int32>.size, at: timeOffset)
        write(number, salt.count, at: salt.lowerBound)
        guard
            let vector = CipherVector(privacy, key: privacyKey, boots: boots, time: time, salt: number),
            let ciphertext = Cryptography.encrypt(privacy, privacyKey, vector: vector, plaintext),
            ciphertext.count == encrypted.count
        else { throw .library }
        octets.replaceSubrange(encrypted, with: ciphertext)
        guard
            let made = Cryptography.code(
                keys.authenticationProtocol, keys.authenticationKey, message: octets, hole: code)
        else { throw .library }
        octets.replaceSubrange(code, with: made)
    }

    private mutating func write(_ number: UInt64, _ count: Int, at offset: Int) {
        for index in 0..<count {
            octets[offset + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * (count - 1 - index)))
        }
    }
}
