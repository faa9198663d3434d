internal import Basics

/// A listener's senders that have sent more than their budget: told once when it begins and once when it has ended, with
/// the number of datagrams refused, and nothing in between however many there are.
struct SendersOverBudget {
    /// What became of a sender since the last look. `nil` stands for all that there was no room to tell apart.
    enum Change: Hashable {
        case began(IPAddress?, refused: Int)
        case ended(IPAddress?, refused: Int)
    }

    private struct Episode {
        var refused = 0
        /// At the last look.
        var known = 0
        /// Looks in a row that found nothing new.
        var quiet = 0
        var isTold = false
    }

    /// Senders told apart at once. More than this over their budgets is no storm of devices but a flood, likely from
    /// forged addresses, and naming them would be a flood of its own: they are told as one without an address.
    static let capacity = 256
    /// Looks, one a second, without a refusal after which a sender counts as within its budget again: a storm that comes
    /// in waves is told as one.
    static let quietLooks = 10

    private var episodes: [IPAddress: Episode] = [:]
    private var others: Episode?

    var count: Int { episodes.count + (others == nil ? 0 : 1) }

    mutating func note(_ sender: IPAddress, refused: Int) {
        if episodes[sender] != nil || episodes.count < Self.capacity {
            episodes[sender, default: Episode()].refused += refused
        } else {
            others = others ?? Episode()
            others?.refused += refused
        }
    }

    /// To be called each second.
    mutating func look() -> [Change] {
        var changes: [Change] = []
        for sender in episodes.keys.sorted() {
            episodes[sender] = episodes[sender].flatMap { Self.look($0, sender, &changes) }
        }
        others = others.flatMap { Self.look($0, nil, &changes) }
        return changes
    }

    /// No more comes: what was begun ends.
    mutating func end() -> [Change] {
        var changes = look().filter { if case .began = $0 { true } else { false } }
        changes += episodes.sorted { $0.key < $1.key }.map { .ended($0.key, refused: $0.value.refused) }
        if let others { changes.append(.ended(nil, refused: others.refused)) }
        (episodes, others) = ([:], nil)
        return changes
    }

    /// The episode as it goes on; `nil` when it has ended.
    private static func look(_ episode: Episode, _ sender: IPAddress?, _ changes: inout [Change]) -> Episode? {
        var episode = episode
        episode.quiet = episode.refused == episode.known ? episode.quiet + 1 : 0
        episode.known = episode.refused
        if !episode.isTold {
            episode.isTold = true
            changes.append(.began(sender, refused: episode.refused))
        } else if episode.quiet >= quietLooks {
            changes.append(.ended(sender, refused: episode.refused))
            return nil
        }
        return episode
    }
}
