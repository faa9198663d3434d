import Journal
import Pipeline
import SNMPSecurity

/// What the journal's end says of engines' clocks, read backwards before the first datagram is taken: the store may not
/// know of it yet.
final class EngineWords {
    private let engines: [String: [EngineID]]
    /// By the last word on each: whether its messages are refused.
    private var isTroubled: [EngineID: Bool] = [:]

    /// - Parameter clocks: as the store has them, each with its device.
    init(clocks: [EngineClockTable.Row]) {
        engines = Dictionary(grouping: clocks, by: \.device).mapValues { $0.map(\.clock.engine) }
    }

    /// - Parameter entry: one that is older than those before.
    /// - Returns: the engines whose next message is their first from there on.
    func note(_ entry: JournalEntry) -> [EngineID] {
        switch OwnFacts.clockWord(in: entry) {
        case .wentBack(let engine)?:
            note([engine], isTroubled: true)
            return []
        case .agrees(let engine)?:
            note([engine], isTroubled: false)
            return []
        case .trusted(let engine)?:
            note([engine], isTroubled: false)
            return [engine]
        case .forgotten(let device, let told)?:
            // What was heard of the device after the operator's look at it, and before his word, is forgotten too.
            let gone = told + (engines[device] ?? []).filter { !told.contains($0) }
            note(gone, isTroubled: false)
            return gone
        case nil:
            return []
        }
    }

    private func note(_ engines: [EngineID], isTroubled: Bool) {
        for engine in engines where self.isTroubled[engine] == nil { self.isTroubled[engine] = isTroubled }
    }

    /// The engines of which it is told that their messages are refused, and not yet that they are taken again.
    /// - Parameter told: those whose alarm stands in the store.
    func troubled(told: Set<EngineID>) -> [EngineID] {
        told.filter { isTroubled[$0] ?? true } + isTroubled.filter { $0.value && !told.contains($0.key) }.keys
    }
}
