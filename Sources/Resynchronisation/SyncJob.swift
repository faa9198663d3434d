import Basics
import Foundation
import Manager
import SNMPWire

/// One conversation with a device: where it stands.
struct SyncJob: Sendable, Hashable, Codable {
    enum Step: Sendable, Hashable, Codable {
        /// Scalars, by their names.
        case scalars([String])
        /// Whether the last row read of the history is still the same.
        case verify
        /// What came after it.
        case history(SavedWalk)
        /// The history's last row, which is where the next look begins: first its index, then what it says.
        case findEnd(SavedWalk)
        case readEnd
        case active(SavedWalk)
        /// The variables of the rows of the first walk.
        case variables(SavedWalk, SavedWalk)
        /// Whether the table shows everything; the walks are the rows.
        case proof([SavedWalk], [String])
        case proofColumn([SavedWalk], SavedWalk)
    }

    var reason: SyncReason
    var isActive: Bool
    var step: Step
    /// When the device was first asked for what is applied, in nanoseconds since 1970.
    var watermark: Int64
    var touched: Set<SyncKey> = []
    /// When the last request was left or, later, was sent, in nanoseconds since 1970; `nil` for the watermark.
    var asked: Int64?
    var isSent: Bool?
    /// The agent knows none of the objects that vouch for an empty table.
    var hasNoProof: Bool?
    /// Requests of this job that went unanswered.
    var timeouts = 0

    /// A device that says more of itself meanwhile changes too fast to be compared with its table, or somebody says it in
    /// its name; the set is written with each batch.
    static let touchedLimit = 4_096

    mutating func touch(_ alarm: SyncKey) {
        if touched.count < SyncJob.touchedLimit { touched.insert(alarm) }
    }

    /// When it is given up that anything comes of the last request.
    var end: Int64 { (asked ?? watermark).addingClamped(isSent ?? false ? SyncJob.answerLimit : SyncJob.sendingLimit) }

    /// An answer, or the word that there is none, comes within half a minute of the sending. Where neither does, one of
    /// them was lost (a journal without room, a row that cannot be read), and nothing else would end the conversation.
    static let answerLimit: Int64 = 120_000_000_000
    /// A request waits its turn before: a quarter of an hour, in which thousands of silent devices are given up.
    static let sendingLimit: Int64 = 900_000_000_000
}

extension SyncJob.Step {
    /// In the order in which they were made.
    var walks: [TableWalk] {
        switch self {
        case .scalars, .verify, .readEnd: []
        case .history(let saved), .findEnd(let saved), .active(let saved): [saved.walk]
        case .variables(let rows, let saved): [rows.walk, saved.walk]
        case .proof(let rows, _): rows.map(\.walk)
        case .proofColumn(let rows, let saved): (rows + [saved]).map(\.walk)
        }
    }

    /// Gives a walk that was put down what it had read; one that there is not is passed over.
    mutating func append(_ part: [VariableBinding], toWalk index: Int) {
        func longer(_ saved: SavedWalk, if isIt: Bool) -> SavedWalk {
            var saved = saved
            if isIt { saved.walk.append(part) }
            return saved
        }
        func longer(_ rows: [SavedWalk]) -> [SavedWalk] {
            rows.enumerated().map { longer($0.element, if: $0.offset == index) }
        }
        switch self {
        case .scalars, .verify, .readEnd: break
        case .history(let saved): self = .history(longer(saved, if: index == 0))
        case .findEnd(let saved): self = .findEnd(longer(saved, if: index == 0))
        case .active(let saved): self = .active(longer(saved, if: index == 0))
        case .variables(let rows, let saved):
            self = .variables(longer(rows, if: index == 0), longer(saved, if: index == 1))
        case .proof(let rows, let names): self = .proof(longer(rows), names)
        case .proofColumn(let rows, let saved):
            self = .proofColumn(longer(rows), longer(saved, if: index == rows.count))
        }
    }
}

/// A walk that can be kept, but for what it has read: that is kept by itself.
struct SavedWalk: Sendable, Hashable, Codable {
    var walk: TableWalk

    init(_ walk: TableWalk) {
        self.walk = walk
    }

    init(from decoder: any Decoder) throws {
        walk = try TableWalk(saved: decoder.singleValueContainer().decode(TableWalk.Saved.self))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(walk.saved)
    }
}
