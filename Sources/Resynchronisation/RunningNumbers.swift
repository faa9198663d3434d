public import Basics

/// What a device's running numbers tell of notifications that did not come.
///
/// The vendor numbers its traps 0…32000, and does not document whether alarms, events and keep-alives share one
/// counter. So that is learned: of each class beside the alarms, evidence is gathered for one counter and for two, and
/// until it is clear no number of the class is taken for a missing alarm.
///
/// A gap must stand for a while before it counts, since traps and keep-alives come by different sockets; a number a
/// little behind is late; one far behind means that the device counts anew.
public struct RunningNumbers: Sendable, Hashable, Codable {
    public enum Class: Int, Sendable, Hashable, Codable, CaseIterable {
        case alarm, event, keepAlive
    }

    /// What is to be done about what did not come.
    public enum Finding: Sendable, Hashable {
        /// Numbers are missing, and have been for long enough.
        case gap
        /// The device counts anew, or past its largest number: what was missed cannot be told from the numbers.
        case reset
    }

    /// Numbers missing in a row, and since when.
    struct Missing: Sendable, Hashable, Codable {
        var first: Int
        var last: Int
        var since: Int64
    }

    /// How a class counts beside the alarms.
    struct Relation: Sendable, Hashable, Codable {
        /// The last number of the class, and the last one of it and the alarms together.
        var own: Int?
        var together: Int?
        /// Above 0 speaks for one counter, below for two.
        var evidence = 0

        /// Losses make chance hits, so that one alone decides nothing.
        static let decisive = 3
        /// Bounded, so that a device whose software changes is learned anew.
        static let most = 8

        var isShared: Bool { evidence >= Relation.decisive }
        var isSeparate: Bool { evidence <= -Relation.decisive }

        /// A number of the class came.
        mutating func weigh(_ number: Int, ownPrediction: Int?) {
            // Some firmware has the same number in every keep-alive.
            if number == own { evidence = max(evidence - 1, -Relation.most) }
            weighAlarm(number, ownPrediction: ownPrediction)
        }

        /// An alarm's number came.
        mutating func weighAlarm(_ number: Int, ownPrediction: Int?) {
            guard let shared = together.map(RunningNumbers.successor), let own = ownPrediction, shared != own
            else { return }
            if number == shared {
                evidence = min(evidence + 1, Relation.most)
            } else if number == own {
                evidence = max(evidence - 1, -Relation.most)
            }
        }
    }

    /// The largest number (INTEGER 0..32000 of acBoardTrapGlobalsUniqID).
    static let largest = 32_000
    /// As far behind a number may be late; further behind, the device counts anew.
    static let late = 64
    /// How long a gap must stand, in nanoseconds.
    static let standing: Int64 = 5_000_000_000
    /// Gaps told apart; past it, the numbers are of no use and all is asked.
    static let gapLimit = 32
    /// Numbers of undecided classes that are remembered, to explain what seems to be missing.
    static let explainedLimit = 64

    private var last: Int?
    private var missing: [Missing] = []
    private var resetSince: Int64?
    private var events = Relation()
    private var keepAlives = Relation()
    /// Lately seen in classes of which it is not known how they count.
    private var explained: [Int] = []

    public init() {}

    /// The device begins to count anew: after a restart or a switch-over.
    public mutating func forget() {
        last = nil
        missing = []
        resetSince = nil
        explained = []
        for path in [\RunningNumbers.events, \.keepAlives] {
            self[keyPath: path].own = nil
            self[keyPath: path].together = nil
        }
    }

    /// What was missing has been fetched, or is not to be had.
    public mutating func settle() {
        missing = []
        resetSince = nil
    }

    /// When the oldest gap, or the new counting, has stood for long enough; `nil` where nothing is missing.
    public var due: Timestamp? {
        let since = ([resetSince].compactMap { $0 } + missing.map(\.since)).min()
        return since.map { Timestamp(nanoseconds: $0).adding(RunningNumbers.standing) }
    }

    /// What has stood for long enough at that time.
    public func finding(at time: Timestamp) -> Finding? {
        func isDue(_ since: Int64) -> Bool { since.addingClamped(RunningNumbers.standing) <= time.nanoseconds }
        if resetSince.map(isDue) ?? false { return .reset }
        return missing.contains { isDue($0.since) } ? .gap : nil
    }

    /// Nobody could be heard for that long: what stands has stood less.
    public mutating func postpone(by nanoseconds: Int64) {
        for index in missing.indices { missing[index].since = missing[index].since.addingClamped(nanoseconds) }
        resetSince = resetSince.map { $0.addingClamped(nanoseconds) }
    }

    /// A notification came. A number outside 0…32000 is no running number.
    public mutating func note(_ number: Int, of kind: Class, at time: Timestamp) {
        guard 0...RunningNumbers.largest ~= number else { return }
        learn(number, kind)
        let relation = kind == .event ? events : keepAlives
        if kind == .alarm || relation.isShared {
            count(number, at: time)
        } else if !relation.isSeparate {
            if !explained.contains(number) { explained.append(number) }
            if explained.count > RunningNumbers.explainedLimit { explained.removeFirst() }
            fill(number)
        }
    }

    // MARK: Learning

    private mutating func learn(_ number: Int, _ kind: Class) {
        switch kind {
        case .alarm:
            let prediction = last.map(RunningNumbers.successor)
            for path in [\RunningNumbers.events, \.keepAlives] where self[keyPath: path].own != nil {
                self[keyPath: path].weighAlarm(number, ownPrediction: prediction)
            }
            events.together = number
            keepAlives.together = number
        case .event:
            events.weigh(number, ownPrediction: events.own.map(RunningNumbers.successor))
            events.own = number
            events.together = number
        case .keepAlive:
            keepAlives.weigh(number, ownPrediction: keepAlives.own.map(RunningNumbers.successor))
            keepAlives.own = number
            keepAlives.together = number
        }
    }

    // MARK: Counting

    private static func successor(_ number: Int) -> Int { number == largest ? 0 : number + 1 }

    /// How far `number` lies ahead of `base`, the wrap behind 32000 included: 0…32000.
    private static func distance(from base: Int, to number: Int) -> Int {
        let difference = number - base
        return difference >= 0 ? difference : difference + largest + 1
    }

    private mutating func count(_ number: Int, at time: Timestamp) {
        guard let last else {
            self.last = number
            return
        }
        if number == last { return }
        let behind = RunningNumbers.distance(from: number, to: last)
        if behind <= RunningNumbers.late {
            fill(number)
        } else if number > last {
            self.last = number
            miss(last + 1, number - 1, at: time)
        } else {
            // Past the largest number or from the beginning: which of the two cannot be told.
            self.last = number
            missing = []
            resetSince = resetSince ?? time.nanoseconds
        }
    }

    private mutating func miss(_ first: Int, _ last: Int, at time: Timestamp) {
        guard first <= last else { return }
        missing.append(Missing(first: first, last: last, since: time.nanoseconds))
        for number in explained where first...last ~= number { fill(number) }
        if missing.count > RunningNumbers.gapLimit {
            missing = []
            resetSince = resetSince ?? time.nanoseconds
        }
    }

    private mutating func fill(_ number: Int) {
        guard let index = missing.firstIndex(where: { $0.first...$0.last ~= number }) else { return }
        let gap = missing.remove(at: index)
        var rest: [Missing] = []
        if gap.first < number { rest.append(Missing(first: gap.first, last: number - 1, since: gap.since)) }
        if number < gap.last { rest.append(Missing(first: number + 1, last: gap.last, since: gap.since)) }
        missing.insert(contentsOf: rest, at: index)
    }
}

// MARK: - Keeping

extension RunningNumbers {
    /// As whole numbers: of a device whose keep-alives are counted they change with each of them.
    public var packed: [Int64] {
        func number(_ value: Int?) -> Int64 { value.map { Int64($0) } ?? -1 }
        var packed = [number(last), resetSince ?? -1]
        for relation in [events, keepAlives] {
            packed += [number(relation.own), number(relation.together), Int64(relation.evidence)]
        }
        packed += [Int64(explained.count)] + explained.map { Int64($0) }
        for gap in missing { packed += [Int64(gap.first), Int64(gap.last), gap.since] }
        return packed
    }

    /// `nil` for what `packed` never is.
    public init?(packed: [Int64]) {
        var rest = packed[...]
        func number(_ value: Int64) -> Int? { value < 0 ? nil : Int(clamping: value) }
        guard rest.count >= 9, let count = Int(exactly: rest[8]),
            0...min(RunningNumbers.explainedLimit, rest.count - 9) ~= count, (rest.count - 9 - count) % 3 == 0
        else { return nil }
        last = number(rest[0])
        resetSince = rest[1] < 0 ? nil : rest[1]
        for (path, start) in [(\RunningNumbers.events, 2), (\.keepAlives, 5)] {
            self[keyPath: path] = Relation(
                own: number(rest[start]), together: number(rest[start + 1]), evidence: Int(clamping: rest[start + 2]))
        }
        explained = rest[9..<(9 + count)].map { Int(clamping: $0) }
        rest = rest[(9 + count)...]
        while let first = rest.first {
            let values = Array(rest.prefix(3))
            missing.append(Missing(first: Int(clamping: first), last: Int(clamping: values[1]), since: values[2]))
            rest = rest.dropFirst(3)
        }
    }
}
