internal import Basics
public import SNMPWire

/// A v3 message that may be kept.
public enum AdmittedMessage: Sendable {
    /// Its sender is authoritative: a trap, or, where it is encrypted, what is taken for one until it is decrypted. Its
    /// time was judged, and it was not received before. Nobody waits for an answer.
    case trap(level: SecurityLevel)
    /// We are authoritative. Its time was judged; whether it was received before is asked with
    /// `IncomingSecurity.isReplay`, once it is known to be no repeat that is to be answered again.
    case inform(AdmittedInform)
}

/// An inform that is to be answered once it is kept.
public struct AdmittedInform: Sendable {
    public let level: SecurityLevel
    /// What was decrypted; `nil` where the datagram itself is plain.
    public let plaintext: [UInt8]?
    /// Of the plaintext, or of the datagram where there is none.
    public let scoped: ScopedSummary
    let reading: EngineReading
    /// What it is noted as, so that it is not taken twice.
    public let replayNote: ReplayNote
    /// `nil` without authentication.
    let keys: LocalisedKeys?
}

/// By what an inform is known that comes again octet for octet.
public struct ReplayNote: Sendable, Hashable {
    /// The second of our clock that it tells.
    let time: Int32
    let hash: Int
}

/// A message that was let in before a restart, as far as judging others by it goes.
public struct PastMessage: Sendable {
    public let engine: EngineID
    public let reading: EngineReading
    let replayHash: Int
    let time: Timestamp
    /// Whether it says anything of its engine's clock, as `Timeliness` sees it.
    public let policy: ClockPolicy
}
