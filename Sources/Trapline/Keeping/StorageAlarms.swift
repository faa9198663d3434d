import Alarms
import Pipeline

/// Which of Trapline's own alarms about what it keeps stand, and what is to be told next: each failure once, and its end.
/// Pure; the keeper records what it gives, and notes what arrived.
struct StorageAlarms {
    /// Why something cannot be written.
    struct Trouble: Hashable {
        /// One word of a small set.
        var reason: String
        var detail: String
    }

    enum Fact: Hashable {
        case failed(storage: String, Trouble)
        case recovered(storage: String)
        /// The limit is reached, since these still need the oldest.
        case held(storage: String, holder: String)
        case released(storage: String, holder: String)
    }

    static let journal = "journal"
    static let store = "store"

    private var failed: Set<String>
    /// The one before it was released, so that its release names it.
    private var holders: [String: String] = [:]
    private var held: Set<String>
    /// What could not be told while it lasted: the disk that fails is the one that keeps the news.
    private var untold: [String: Trouble] = [:]

    /// - Parameter standing: alarms that stood at the last stop.
    init(standing: [AlarmKey] = []) {
        failed = Set(standing.compactMap { OwnFacts.failedStorage(of: $0) })
        held = Set(standing.compactMap { OwnFacts.heldStorage(of: $0) }).intersection([Self.journal])
    }

    func hasFailed(_ storage: String) -> Bool { failed.contains(storage) }

    /// The journal's limit was told, and its end was not.
    var isHeld: Bool { held.contains(Self.journal) }

    /// What is to be told of `storage`, which fails for this reason, or works.
    mutating func due(_ storage: String, _ trouble: Trouble?) -> [Fact] {
        if let trouble {
            guard !failed.contains(storage) else { return [] }
            untold[storage] = trouble
            return [.failed(storage: storage, trouble)]
        }
        if failed.contains(storage) { return [.recovered(storage: storage)] }
        guard let trouble = untold[storage] else { return [] }
        return [.failed(storage: storage, trouble), .recovered(storage: storage)]
    }

    /// What is to be told of the journal's limit.
    ///
    /// - Parameter holders: who keeps the oldest of the segments whose time has come. The alarm ends with them, and not with the limit:
    ///   each segment that goes makes a little room, and each datagram takes it again.
    mutating func due(isAtLimit: Bool, holders names: [String]) -> [Fact] {
        let holder = names.isEmpty ? holders[Self.journal] ?? "" : PlainHolder.text(names)
        if isAtLimit {
            // A change of who holds it is told too: it is another one's trouble now.
            guard !held.contains(Self.journal) || holders[Self.journal].map({ $0 != holder }) ?? false else {
                return []
            }
            return [.held(storage: Self.journal, holder: holder)]
        }
        guard held.contains(Self.journal), names.isEmpty else { return [] }
        return [.released(storage: Self.journal, holder: holder)]
    }

    /// `fact` is on disk.
    mutating func told(_ fact: Fact) {
        switch fact {
        case .failed(let storage, _):
            failed.insert(storage)
            untold[storage] = nil
        case .recovered(let storage):
            failed.remove(storage)
        case .held(let storage, let holder):
            held.insert(storage)
            holders[storage] = holder
        case .released(let storage, _):
            held.remove(storage)
            holders[storage] = nil
        }
    }
}

/// Holders on one line, within the bound of `traplineHolder`.
private enum PlainHolder {
    static let limit = 255

    static func text(_ names: [String]) -> String {
        var text = ""
        for (index, name) in names.enumerated() {
            let next = text.isEmpty ? name : text + ", " + name
            guard next.utf8.count <= limit - 16 else { return text + " and \(names.count - index) more" }
            text = next
        }
        return text
    }
}
