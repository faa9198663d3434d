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
    /// Requests of this job that went unanswered.
    var timeouts = 0
}

/// A walk that can be kept.
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
