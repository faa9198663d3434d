import Basics

/// How a device's silence is judged: all that its row in the store has to keep for it.
///
/// Times are on the live clock (``LiveClock``), which stands still while nobody listened.
public struct Liveness: Sendable, Hashable {
    public enum Stage: UInt8, Sendable, Hashable {
        /// Nothing is expected of it.
        case unwatched = 0
        case alive = 1
        /// Its third keep-alive is missing, and its alarm is held back for a period: the whole site may be silent.
        case held = 2
        /// Its alarm stands.
        case lost = 3
        /// It is lost, and its site's alarm stands for it.
        case covered = 4

        public var isSilent: Bool { rawValue >= Stage.held.rawValue }
    }

    public var stage = Stage.unwatched
    /// The last sign of life of any kind, in nanoseconds.
    public var refreshed: Int64 = 0
    public var period = KeepAlivePeriod()

    public init() {}
}

/// The time that passed while somebody listened. The journal has a record at least each second while the server runs,
/// so that a greater gap is a stop, a suspended machine or a step of the clock; nobody could be heard in it, and nobody
/// is late because of it.
public struct LiveClock: Sendable, Hashable {
    /// More than a few ticks that a busy disk delayed, and less than any keep-alive's period.
    public static let gap: Int64 = 5_000_000_000

    /// The largest time read, in nanoseconds since 1970; `nil` before the first.
    public private(set) var time: Int64?
    /// The live time then, in nanoseconds since an arbitrary moment.
    public private(set) var now: Int64 = 0

    public init() {}

    /// - Parameters: both as they were saved.
    public init(time: Int64?, now: Int64) {
        self.time = time
        self.now = now
    }

    /// A time that is not later changes nothing: records of two sockets can be journaled out of order.
    public mutating func advance(to later: Int64) {
        guard let time else {
            self.time = later
            return
        }
        guard later > time else { return }
        let passed = Timestamp(nanoseconds: later).nanoseconds(since: Timestamp(nanoseconds: time))
        if passed <= LiveClock.gap { now &+= passed }
        self.time = later
    }

    /// Time went on, and nobody listened meanwhile.
    mutating func skip(_ nanoseconds: Int64) {
        guard let time else { return }
        self.time = time.addingClamped(max(nanoseconds, 0))
    }
}
