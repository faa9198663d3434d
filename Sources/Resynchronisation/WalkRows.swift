import Manager
public import SNMPWire

/// What a device's walks have read since the store was told last: each reply is written once, however long the walk.
public struct WalkRows: Sendable, Hashable {
    /// What one reply brought.
    public struct Part: Sendable, Hashable {
        /// Which of the conversation's walks, and which of its parts.
        public var walk: Int
        public var number: Int
        public var variables: [VariableBinding]
    }

    public var device: String
    /// All that was kept before is of no use any more.
    public var isAnew: Bool
    public var parts: [Part]

    /// - Parameters:
    ///   - before: what the store has; `nil` for nothing.
    /// - Returns: `nil` where there is nothing to be written.
    init?(_ device: String, _ job: SyncJob?, before: [WrittenWalk]?) {
        let walks = job?.step.walks ?? []
        let marks = job?.writtenWalks ?? []
        guard before != nil || !walks.isEmpty else { return nil }
        let known = before ?? []
        let goesOn =
            !known.isEmpty && known.count <= marks.count
            && zip(known, marks).allSatisfy { $0.0.goesOn(as: $0.1) }
        self.device = device
        // Nothing should be there where nothing is known of, but for a state that could not be read.
        isAnew = !goesOn
        parts = []
        for (index, walk) in walks.enumerated() {
            let first = goesOn && index < known.count ? known[index].parts : 0
            for number in walk.parts.indices.dropFirst(first) {
                parts.append(Part(walk: index, number: number, variables: walk.parts[number]))
            }
        }
        if goesOn && parts.isEmpty { return nil }
    }
}

/// How much of a walk the store has.
struct WrittenWalk: Sendable, Hashable {
    /// The walk is told from others of its device by what it reads and since when.
    var columns: [OID]
    var watermark: Int64
    var parts: Int

    func goesOn(as other: WrittenWalk) -> Bool {
        columns == other.columns && watermark == other.watermark && parts <= other.parts
    }
}

extension SyncJob {
    var writtenWalks: [WrittenWalk] {
        step.walks.map { WrittenWalk(columns: $0.columns, watermark: watermark, parts: $0.parts.count) }
    }
}

extension SyncTable.State {
    /// Gives a state that was read from the store what its walks had read, in the order in which it was written.
    public mutating func append(_ part: [VariableBinding], toWalk index: Int) {
        sync.job?.step.append(part, toWalk: index)
    }
}
