internal import Basics

/// Claims that nobody has proven, by what they are about; each costs the same however many there are, since whoever can
/// write datagrams can make thousands.
struct ClaimTable<Key: Hashable & Comparable & Sendable>: Sendable {
    /// Claims that wait for a proof; more are refused without one. Each takes some 300 octets.
    static var limit: Int { 4_096 }
    /// Whose claim was not told for so long makes room for another's.
    static var age: Int64 { 3_600 * .second }

    private(set) var all: [Key: BindingClaim] = [:]
    /// When each may make room for another.
    private var ends = DeadlineQueue<Key>()
    /// By the device that they are about.
    private var keys: [String: Set<Key>] = [:]
    /// What is to be saved, with the key of its row.
    private var changed: [Key: String] = [:]

    var isEmpty: Bool { all.isEmpty }
    var count: Int { all.count }

    subscript(key: Key) -> BindingClaim? {
        get { all[key] }
        set {
            let old = all[key]
            guard newValue != old, let row = (newValue ?? old)?.key else { return }
            put(newValue, for: key)
            changed[key] = row
        }
    }

    /// As it was saved.
    mutating func load(_ claim: BindingClaim, for key: Key) { put(claim, for: key) }

    private mutating func put(_ claim: BindingClaim?, for key: Key) {
        let old = all.updateValue(claim, for: key)
        if let old, old.device != claim?.device {
            keys[old.device]?.remove(key)
            if keys[old.device]?.isEmpty == true { keys[old.device] = nil }
        }
        if let claim, old?.device != claim.device { keys[claim.device, default: []].insert(key) }
        ends.set(key, to: claim.map { Timestamp(nanoseconds: $0.last &+ Self.age) })
    }

    /// In their order.
    func keys(of device: String) -> [Key] { (keys[device] ?? []).sorted() }

    /// Whether one more finds room: what was claimed longest ago is forgotten for it, if that was not told again
    /// lately.
    mutating func makeRoom(at now: Int64) -> Bool {
        guard all.count >= Self.limit else { return true }
        guard let oldest = ends.takeNext(by: Timestamp(nanoseconds: now - 1)) else { return false }
        self[oldest.key] = nil
        return true
    }

    /// What changed since the last call, and the keys of rows that are to go.
    mutating func takeChanges() -> (claims: [BindingClaim], removals: [String]) {
        guard !changed.isEmpty else { return ([], []) }
        var changes: (claims: [BindingClaim], removals: [String]) = ([], [])
        for (key, row) in changed {
            if let claim = all[key] { changes.claims.append(claim) } else { changes.removals.append(row) }
        }
        changed = [:]
        return changes
    }
}

extension Dictionary {
    /// Gives what was there before; `nil` takes it away.
    fileprivate mutating func updateValue(_ value: Value?, for key: Key) -> Value? {
        if let value { return updateValue(value, forKey: key) }
        return removeValue(forKey: key)
    }
}
