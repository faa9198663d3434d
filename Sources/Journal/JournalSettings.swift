/// How the journal commits and when it begins a new segment.
public struct JournalSettings: Sendable, Hashable {
    /// When appended records become durable.
    public enum Sync: String, Sendable, Hashable, CaseIterable {
        /// Many appends share one `fdatasync`, at most one each `commitInterval`.
        case group
        /// `fdatasync` as soon as the one before it is done.
        case always
        /// The kernel writes when it sees fit: what a crash of the machine may cost is accepted.
        case never
    }

    /// Octets after which a new segment begins. 64 MiB is a file that packet tools open at once. A segment is longer only
    /// where one commit is that cannot be cut between batches.
    public var segmentSize = 64 * 1_024 * 1_024
    /// The least time between two commits: what an inform waits at most before its commit begins.
    public var commitInterval = Duration.milliseconds(5)
    /// Octets gathered that start a commit before its time.
    public var commitSize = 1_024 * 1_024
    /// Octets gathered while a commit is under way, past which `append` makes its caller wait: about 0.2 s at 150,000
    /// vendor alarms a second, longer than a disk usually stalls. Beyond it the kernel's socket buffer fills and its
    /// drops are counted.
    public var gatherLimit = 16 * 1_024 * 1_024
    public var sync = Sync.group

    public init() {}
}
