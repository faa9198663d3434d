internal import Synchronization

/// Salts for encrypting (RFC 3414 §8.1.1.1, RFC 3826 §3.1.2.1): a counter that begins anywhere, so that no two messages
/// have the same with one key. One for all threads and all keys.
public final class Salts: Sendable {
    private let counter: Atomic<UInt64>
    private let boots: Int32

    /// - Parameter boots: of our own engine, which DES's salts begin with; anything for who has no engine.
    public init(boots: Int32) {
        self.boots = boots
        self.counter = Atomic(UInt64.random(in: .min ... .max))
    }

    func next(_ privacy: PrivacyProtocol) -> UInt64 {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        guard privacy == .des else { return number }
        return UInt64(UInt32(bitPattern: boots)) << 32 | UInt64(UInt32(truncatingIfNeeded: number))
    }
}
