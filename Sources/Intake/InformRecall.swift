internal import Basics
public import Journal
internal import SNMPWire
internal import Synchronization

/// The informs that a server before this one journaled, as far as the journal's end tells: one that was on disk just
/// before a kill, and whose sender repeats it because no acknowledgement came, is acknowledged and makes no second event.
///
/// Read once, before the first datagram is taken, and kept until the last of them is 5 minutes old.
public struct InformRecall: Sendable {
    /// Why reading ended before the last 5 minutes were through.
    public enum Limit: String, Sendable, Hashable {
        case octets
        case informs
        case time
    }

    /// Octets of the journal that are read at most. 150,000 of the vendor's alarms a second take some 80 MB: this is
    /// more than 6 s of them, and net-snmp's senders, which ask six times a second apart, have given up by then.
    static let mostOctets: UInt64 = 512 * 1_024 * 1_024
    /// Informs kept, as many as a running server remembers for a socket: some 6 MiB.
    static let mostInforms = InformMemory<Void>.defaultCapacity
    /// What reading may take. Meanwhile the port is closed, and a trap, which nobody repeats, is worth more than not
    /// counting an inform twice.
    static let mostTime: Int64 = 5 * 1_000_000_000

    /// Records between two looks at the clock.
    private static let recordsPerLook = 1_024

    /// By the moment, in nanoseconds of the monotonic clock, at which they came in.
    private(set) var informs: [InformKey: Int64] = [:]
    /// `nil` where all of the last 5 minutes were read.
    public private(set) var limit: Limit?
    /// Whether a damaged stretch of the journal was passed.
    public private(set) var hasGap = false
    /// The age of the oldest record read, in nanoseconds.
    public private(set) var reach: Int64 = 0

    public var count: Int { informs.count }

    /// Nothing to remember.
    public init() {}

    /// Reads the journal in `folder` backwards from `end`, the writer's first position.
    /// - Parameter securityRecall: what reads the messages of v3 among them; then as far back as it wants them.
    public init(
        journal folder: String, before end: JournalPosition, securityRecall: SecurityRecall? = nil
    ) throws(JournalError) {
        try self.init(
            journal: folder, before: end, now: .now, mostOctets: Self.mostOctets, securityRecall: securityRecall)
    }

    init(
        journal folder: String, before end: JournalPosition, now: Timestamp, mostOctets: UInt64,
        mostInforms: Int = Self.mostInforms, securityRecall: SecurityRecall? = nil
    ) throws(JournalError) {
        var isWhole = false
        /// Since when all was read, without a gap.
        var wholeSince: Timestamp?
        defer { securityRecall?.finish(since: wholeSince, isWhole: isWhole) }
        let monotonic = monotonicNanoseconds()
        var tail = try JournalTail(folder: folder, before: end)
        var records = 0
        /// The limit that is reached without another record, if one is.
        func reached(_ octets: UInt64) -> Limit? {
            if octets >= mostOctets { return .octets }
            return monotonicNanoseconds() - monotonic > Self.mostTime ? .time : nil
        }
        // A damaged stretch may be long, and is looked through for records octet by octet.
        var inDamage: Limit?
        while let record = try tail.read(while: { octets in
            inDamage = reached(octets)
            return inDamage == nil
        }) {
            let age = now.nanoseconds(since: record.entry.time)
            let isRecent = age <= InformMemory<Void>.lifetime
            hasGap = tail.hasPassedDamage
            if !hasGap {
                wholeSince =
                    isRecent
                    ? record.entry.time : Timestamp(nanoseconds: now.nanoseconds - InformMemory<Void>.lifetime)
            }
            guard isRecent || securityRecall?.wants(record.position) == true else {
                isWhole = !hasGap
                return
            }
            reach = max(reach, age)
            // One from the future came before the clock was set back: it is no older than anything else here.
            note(record.entry, at: monotonic - max(0, age), isRecent: isRecent, securityRecall)
            records += 1
            if informs.count >= mostInforms {
                limit = .informs
            } else if tail.octetsRead >= mostOctets {
                limit = .octets
            } else if records.isMultiple(of: Self.recordsPerLook) {
                limit = reached(tail.octetsRead)
            }
            if limit != nil { return }
        }
        limit = inDamage
        hasGap = tail.hasPassedDamage
        isWhole = limit == nil && !hasGap
    }

    private mutating func note(_ entry: JournalEntry, at time: Int64, isRecent: Bool, _ securityRecall: SecurityRecall?)
    {
        let payload = unsafe entry.payload.span.bytes
        let key: InformKey
        if Admission.isLikelyV3(payload) {
            guard let inform = securityRecall?.note(entry, isRecent: isRecent) else { return }
            key = inform
        } else {
            securityRecall?.noteOther(entry)
            guard isRecent, let summary = try? NotificationView.check(payload), summary.kind == .informRequest,
                summary.version != .v3
            else { return }
            key = InformKey(sender: entry.sender, payload, summary)
        }
        // Read backwards: the one that is there is the later one.
        if informs[key] == nil { informs[key] = time }
    }
}

/// The recalled informs of an intake, for all its sockets: a device's next datagram may come to another one than its last.
final class RecalledInforms: Sendable {
    private let informs: Mutex<[InformKey: Int64]>

    init(_ recall: InformRecall) {
        informs = Mutex(recall.informs)
    }

    /// Whether this inform is in the journal since less than 5 minutes.
    func contains(_ key: InformKey, now: Int64) -> Bool {
        informs.withLock { informs in
            guard !informs.isEmpty else { return false }
            if let time = informs[key] {
                if now - time <= InformMemory<Void>.lifetime { return true }
                informs[key] = nil
            }
            return false
        }
    }

    /// Forgets what is too old. To be called now and then.
    func forgetExpired(now: Int64) {
        informs.withLock { informs in
            guard !informs.isEmpty else { return }
            if informs.values.allSatisfy({ now - $0 > InformMemory<Void>.lifetime }) { informs = [:] }
        }
    }
}
