/// Where a cipher starts: made of what the message says and never used twice with one key.
struct CipherVector {
    /// AES takes all 16 octets, DES the first 8.
    private var words: (UInt64, UInt64)

    /// AES: the authoritative engine's boots and time, and the salt (RFC 3826 §3.1.2.1).
    init(boots: Int32, time: Int32, salt: UInt64) {
        let first = UInt64(UInt32(bitPattern: boots)) << 32 | UInt64(UInt32(bitPattern: time))
        words = (first.bigEndian, salt.bigEndian)
    }

    /// DES: the key's second half, with the salt taken into it (RFC 3414 §8.1.1.1). `nil` for a key that has none.
    init?(desKey key: Key, salt: UInt64) {
        guard key.octets.count >= 16 else { return nil }
        let half = key.octets[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
        words = ((half ^ salt).bigEndian, 0)
    }

    init?(_ privacy: PrivacyProtocol, key: Key, boots: Int32, time: Int32, salt: UInt64) {
        if privacy == .des {
            self.init(desKey: key, salt: salt)
        } else {
            self.init(boots: boots, time: time, salt: salt)
        }
    }

    func withOctets(_ body: (UnsafePointer<UInt8>) -> Int) -> Int {
        unsafe withUnsafeBytes(of: words) { words in
            guard let base = words.baseAddress else { return 0 }
            return unsafe body(base.assumingMemoryBound(to: UInt8.self))
        }
    }
}
