internal import Basics
internal import SNMPSecurity

/// What is known of the engines that were asked by v3: who they are, and their clocks. Bounded; an engine that was not
/// asked for long is discovered anew, which costs two datagrams.
struct SessionTable {
    struct Place: Hashable {
        /// Engines are told by where they are asked, since that is what is known before they are discovered.
        var peer: Endpoint
        var user: UserCredential
    }

    /// Some 1 KiB each. A round of a fleet that is larger discovers it anew each time.
    static let limit = 32_768

    // Two generations, as in `KeyRing`: when the newer is full the older one is given up.
    private var newer: [Place: RequestSession] = [:]
    private var older: [Place: RequestSession] = [:]
    private let half: Int

    init(limit: Int = SessionTable.limit) {
        half = max(1, limit / 2)
    }

    var count: Int { newer.count + older.count }

    subscript(place: Place) -> RequestSession? { newer[place] ?? older[place] }

    /// It is used, and so moves to the newer ones.
    mutating func take(_ place: Place) -> RequestSession? {
        newer.removeValue(forKey: place) ?? older.removeValue(forKey: place)
    }

    mutating func put(_ session: RequestSession, at place: Place) {
        if newer.count >= half {
            older = newer
            newer = [:]
        }
        older[place] = nil
        newer[place] = session
    }

    mutating func forget(_ place: Place) {
        newer[place] = nil
        older[place] = nil
    }

    mutating func forgetAll() {
        newer = [:]
        older = [:]
    }
}
