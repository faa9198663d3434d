public import SNMPWire

/// Reads columns of a table, a GetBulkRequest after the other: pure, so that whoever asks may be stopped and go on.
///
/// Each column has a place of its own, so that a table with holes is read right. A reply that goes back or stands still
/// ends the walk, as do limits; then what was read is not the whole table.
public struct TableWalk: Sendable, Hashable {
    public enum End: String, Sendable, Hashable, Codable {
        /// All there is.
        case complete
        /// A reply named what does not come after what was asked: the agent would go round for ever.
        case loop
        /// A reply brought nothing.
        case noProgress
        /// More rows or octets than are taken.
        case tooLong
        /// The device says that it cannot.
        case error
        /// Not even one value fits into its replies.
        case tooBig
    }

    /// A row: its index, and for each column asked for its value, where it has one.
    public struct Row: Sendable, Hashable {
        /// The arcs after the column, not decoded.
        public var index: [UInt32]
        /// By place in `columns`.
        public var values: [Value?]

        public init(index: [UInt32], values: [Value?]) {
            self.index = index
            self.values = values
        }
    }

    /// Rows that are taken. Devices of the vendor hold 120 active alarms and a history of 500; a device with more than
    /// this many standing alarms is not put right by one more list of them.
    public static let rowLimit = 4_096
    /// Repetitions asked for at first: of rows with text, as many as go unfragmented, give or take.
    public static let firstRepetitions: Int32 = 10
    /// Replies taken, in all: the limit's rows one by one, and some.
    public static let replyLimit = 8_192
    /// Octets taken, of names and values: five hundred rows of the vendor's history have about 200 KiB.
    public static let octetLimit = 1_048_576

    public let columns: [OID]
    /// The name after which each column goes on; `nil` where it is at its end.
    private(set) var places: [OID?]
    /// What was read, in the order in which it came: a part for each reply that brought something, so that what is
    /// there already is neither copied nor written again.
    public private(set) var parts: [[VariableBinding]] = []
    /// Variables that were read, and their octets.
    private var count = 0
    private var octets = 0
    public private(set) var repetitions: Int32
    /// How many columns are asked for at once: fewer where the device could not put one row into its reply.
    private(set) var width: Int
    public private(set) var replies = 0
    public private(set) var end: End?
    /// What the device said where it could not; only until the walk is put down.
    public private(set) var errorStatus: Int32?

    /// - Parameter after: where the rows begin: behind this index. `nil` for the first.
    public init(columns: [OID], after index: [UInt32]? = nil, repetitions: Int32 = TableWalk.firstRepetitions) {
        self.columns = columns
        self.places = columns.map { column in index.map { column.appending(arcs: $0) } ?? column }
        self.repetitions = max(1, repetitions)
        self.width = max(1, columns.count)
        if columns.isEmpty { end = .complete }
    }

    /// One that was put down.
    init(
        columns: [OID], places: [OID?], repetitions: Int32, width: Int, replies: Int, end: End?
    ) {
        self.columns = columns
        self.places = places
        self.repetitions = max(1, repetitions)
        self.width = max(1, width)
        self.replies = replies
        self.end = end
    }

    /// What is to be asked next; `nil` at the end.
    public var request: SNMPRequest? {
        guard end == nil else { return nil }
        return SNMPRequest(.getBulk(maxRepetitions: repetitions), asked.compactMap { places[$0] })
    }

    /// The columns asked for next: those that are furthest behind first, so that no column is left out.
    private var asked: [Int] {
        let open = places.indices.filter { places[$0] != nil }
        guard width < open.count else { return open }
        // Names are what is ordered as tables are, so the index is made one.
        func index(_ column: Int) -> OID {
            OID.internet.appending(arcs: places[column]?.arcs(after: columns[column]) ?? [])
        }
        return Array(open.sorted { (index($0), $0) < (index($1), $1) }.prefix(width)).sorted()
    }

    /// Why it is not the whole table, for an operator; `nil` where it is, or may be yet.
    public var trouble: String? {
        switch end {
        case nil, .complete: nil
        case .loop: "the device's answers go round in a circle"
        case .noProgress: "the device answers without any value"
        case .tooLong: "more rows, or octets, than are taken"
        case .error: errorStatus.map { SNMPReply.words(errorStatus: $0) } ?? "the device answers with an error"
        case .tooBig: "not even one value fits into the device's answers (tooBig)"
        }
    }

    /// Takes the answer to `request`.
    public mutating func take(_ reply: SNMPReply) {
        guard end == nil else { return }
        replies += 1
        guard replies <= TableWalk.replyLimit else { return end = .tooLong }
        let asked = asked
        switch reply.errorStatus {
        case 0:
            take(reply.variables, asked)
        case SNMPReply.tooBig:
            if !shrink() { end = .tooBig }
        case SNMPReply.noSuchName:
            // v1's end of a column; which one, the index tells. Without it none can go on.
            let index = Int(reply.errorIndex) - 1
            if asked.indices.contains(index) {
                places[asked[index]] = nil
            } else {
                for column in asked { places[column] = nil }
            }
        default:
            end = .error
            errorStatus = reply.errorStatus
        }
        if end == nil, places.allSatisfy({ $0 == nil }) { end = .complete }
    }

    /// Asks for less at once; `false` where there is no less. For a device whose replies do not get through: fragments
    /// are lost in many a NAT.
    public mutating func shrink() -> Bool {
        if repetitions > 1 {
            repetitions /= 2
        } else if width > 1 {
            width = (width + 1) / 2
        } else {
            return false
        }
        return true
    }

    private mutating func take(_ variables: VariableBindings, _ asked: [Int]) {
        guard !asked.isEmpty, !variables.isEmpty else { return end = .noProgress }
        var hasAdvanced = false
        var part: [VariableBinding] = []
        defer { append(part) }
        for (number, variable) in variables.enumerated() {
            let column = asked[number % asked.count]
            // It ended earlier in this reply: what the agent added lies behind it.
            guard let place = places[column] else { continue }
            if variable.value == .endOfMibView || !variable.name.hasPrefix(columns[column]) {
                places[column] = nil
                hasAdvanced = true
                continue
            }
            guard variable.name > place else { return end = .loop }
            places[column] = variable.name.compacted()
            hasAdvanced = true
            part.append(VariableBinding(name: variable.name.compacted(), value: variable.value.compacted()))
            guard count + part.count <= TableWalk.rowLimit * columns.count else { return end = .tooLong }
        }
        if !hasAdvanced { end = .noProgress }
    }

    /// Takes what was read before, in its order, where a walk is taken up again; or what a reply brought.
    public mutating func append(_ part: [VariableBinding]) {
        guard !part.isEmpty else { return }
        parts.append(part)
        count += part.count
        octets += part.reduce(0) { $0 + $1.name.encoded.count + $1.value.octetCount }
        if octets > TableWalk.octetLimit, end == nil { end = .tooLong }
    }

    /// All that was read.
    public var collected: [VariableBinding] { Array(parts.joined()) }
    public var isEmpty: Bool { parts.isEmpty }

    /// What was read, as rows in the order of the table.
    public var rows: [Row] {
        var rows: [OID: Row] = [:]
        for variable in parts.joined() {
            guard let column = columns.firstIndex(where: { variable.name.hasPrefix($0) }),
                let index = variable.name.arcs(after: columns[column])
            else { continue }
            // The index as a name, since names are what is ordered as tables are.
            let key = OID.internet.appending(arcs: index)
            rows[key, default: Row(index: index, values: Array(repeating: nil, count: columns.count))]
                .values[column] = variable.value
        }
        return rows.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension Value {
    /// The same in a buffer of its own, for whoever keeps it longer than its datagram.
    func compacted() -> Value {
        switch self {
        case .octetString(let octets): .octetString([UInt8](octets)[...])
        case .opaque(let octets): .opaque([UInt8](octets)[...])
        case .objectIdentifier(let oid): .objectIdentifier(oid.compacted())
        default: self
        }
    }
}
