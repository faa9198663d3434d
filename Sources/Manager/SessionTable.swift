internal import Basics
internal import SNMPSecurity

/// What is known of the engines that were asked by v3: who they are, and their clocks. Bounded; an engine that was not
/// asked for long is discovered anew, which costs two datagrams.
///
/// It is calculated with copies, outside of any lock: what was learned is put back if nothing else was learned meanwhile.
struct SessionTable {
    struct Place: Hashable {
        /// Engines are told by where they are asked, since that is what is known before they are discovered.
        var peer: Endpoint
        var user: UserCredential
    }

    /// A session as it was at one moment.
    struct Entry {
        var session: RequestSession
        fileprivate var version: UInt64
    }

    /// Some 1 KiB each. So many stay while they are in use, and there are at most twice as many. A round of a fleet that
    /// is larger discovers it anew each time.
    static let limit = 32_768

    // Two generations, as in `KeyRing`: when the newer is full the older one is given up.
    private var newer: [Place: Entry] = [:]
    private var older: [Place: Entry] = [:]
    private var lastVersion: UInt64 = 0
    private let limit: Int

    init(limit: Int = SessionTable.limit) {
        self.limit = max(1, limit)
    }

    var count: Int { newer.count + older.count }

    /// It is used, and so moves to the newer ones.
    mutating func entry(at place: Place) -> Entry? {
        if let entry = newer[place] { return entry }
        guard let entry = older.removeValue(forKey: place) else { return nil }
        insert(entry, at: place)
        return entry
    }

    mutating func put(_ session: RequestSession, at place: Place) {
        older[place] = nil
        lastVersion += 1
        insert(Entry(session: session, version: lastVersion), at: place)
    }

    /// Puts back what became of an entry.
    /// - Returns: `false` where the place has another one by now.
    mutating func update(_ entry: Entry, at place: Place) -> Bool {
        guard (newer[place] ?? older[place])?.version == entry.version else { return false }
        put(entry.session, at: place)
        return true
    }

    mutating func forget(_ place: Place) {
        newer[place] = nil
        older[place] = nil
    }

    mutating func forgetAll() {
        newer = [:]
        older = [:]
    }

    private mutating func insert(_ entry: Entry, at place: Place) {
        if newer[place] == nil, newer.count >= limit {
            older = newer
            newer = [:]
        }
        newer[place] = entry
    }
}
