import Alarms
import Basics
import Foundation
import Journal
import Pipeline
import SNMPSecurity
import SNMPWire
import Store

/// Does what operators ask for: looks whether it makes sense, and writes it into the journal as a fact, through which it
/// takes the way that everything takes that changes an event. It is done once the pipeline has come to it.
struct OperatorActions: Sendable {
    /// Gets facts onto the disk; throws where it cannot.
    typealias Recorder = @Sendable ([OperatorFact]) throws -> Void

    let store: EventStore
    /// `nil` where they are not known.
    let configuredSinks: Set<String>?
    let record: Recorder
    /// Waits until what is recorded is processed; `false` if that takes too long. `nil` where no server runs.
    var settle: (@Sendable () -> Bool)?
    /// Has intake take an engine's next message as its first, whatever its clock tells; `nil` where no server runs.
    var forgetClock: (@Sendable (EngineID) -> Void)?

    /// - Parameter user: the name of the user whose command it is.
    func perform(_ request: ControlRequest, by user: String) -> ControlResponse {
        do {
            let name = try Self.name(given: request.by, user: user)
            switch request.action {
            case .resendLetters: return try resend(request.letters ?? LetterSelection(), name)
            case .forgetLetters: return try forget(request.letters ?? LetterSelection(), name)
            case .forgetSink: return try forgetSink(request.sink ?? "", name)
            case .acknowledge, .unacknowledge, .clear, .note: return try perform(onAlarms: request, name)
            case .silence: return try silence(request, name)
            case .endSilence: return try endSilence(request, name)
            case .nameDevice, .placeDevice, .maintainDevice, .forgetDevice, .resyncDevice, .trustClock:
                return try perform(onDevice: request, name)
            }
        } catch {
            return .failed("\(error)")
        }
    }

    /// What an operator is called may be as long as a name is, in characters.
    private static let longestName = 64
    /// What a fact holds of an operator's words, in octets.
    static let longestNote = 1_024

    /// A given name does not hide whose account it was.
    private static func name(given: String?, user: String) throws(ServerError) -> String {
        guard let given, given != user else { return user }
        guard !given.isEmpty, given.count <= longestName, !given.contains(where: \.isNewline) else {
            throw ServerError("a name has 1 to \(longestName) characters in one line")
        }
        return "\(given) (\(user))"
    }

    func words(_ request: ControlRequest) throws(ServerError) -> String {
        let words = request.note ?? ""
        guard words.utf8.count <= Self.longestNote else {
            throw ServerError("what is said of it may have \(Self.longestNote) octets")
        }
        return words
    }

    /// Records the actions and tells what became of them; `done` is said where all is well, or nobody can know yet.
    func carryOut(_ actions: [OperatorAction], by name: String, done: () throws -> String) throws -> ControlResponse {
        let began = Timestamp.now
        try record(actions.map { OperatorFact($0, by: name) })
        guard let settle else { return .done(try done()) }
        guard settle() else { return .done(try done() + "; the server is busy and has not come to it yet") }
        // Those of its own that came to their end meanwhile stand among them.
        let log = try store.audit(last: actions.count + SilenceTable.limit)
        let outcomes = log.filter { $0.by == name && $0.time >= began }.suffix(actions.count).map(\.outcome)
        let failed = outcomes.filter { $0 != AuditEntry.done }
        guard let reason = failed.first else { return .done(try done()) }
        let rest = actions.count - failed.count
        return .failed(rest == 0 ? reason : "\(reason) (\(failed.count) of \(actions.count)); \(rest) done")
    }

    // MARK: - Dead letters

    private func resend(_ selection: LetterSelection, _ name: String) throws -> ControlResponse {
        let chosen = try letters(selection)
        guard !chosen.ranges.isEmpty else { return .failed(nothing(selection)) }
        let missing = configuredSinks.map { Set(chosen.ranges.map(\.sink)).subtracting($0).sorted() } ?? []
        guard missing.isEmpty else {
            return .failed("no sink \(missing.joined(separator: ", ")) is configured that could send them again")
        }
        try record(chosen.ranges.map { OperatorFact(.resendLetters(sink: $0.sink, events: $0.events), by: name) })
        return .done("\(plural(chosen.count)) to be sent again")
    }

    private func forget(_ selection: LetterSelection, _ name: String) throws -> ControlResponse {
        let chosen = try letters(selection)
        guard !chosen.ranges.isEmpty else { return .failed(nothing(selection)) }
        try record(chosen.ranges.map { OperatorFact(.forgetLetters(sink: $0.sink, events: $0.events), by: name) })
        return .done("\(plural(chosen.count)) to be taken off the list")
    }

    private func plural(_ count: Int) -> String { counted(count, "dead letter is", "dead letters are") }

    private func nothing(_ selection: LetterSelection) -> String {
        let ofSink = selection.sink.map { " of the sink \($0)" } ?? ""
        return "no dead letter\(ofSink) \(selection.events == nil ? "is on the list" : "has such an event")"
    }

    /// The chosen letters as ranges of events with none in between that was not chosen.
    private func letters(
        _ selection: LetterSelection
    ) throws -> (ranges: [(sink: String, events: ClosedRange<Int64>)], count: Int) {
        let wanted = selection.events.map(Set.init)
        var ranges: [(sink: String, events: ClosedRange<Int64>)] = []
        var count = 0
        let bySink = Dictionary(grouping: try store.deadLetters(), by: \.sink)
        for (sink, letters) in bySink.sorted(by: { $0.key < $1.key }) where selection.sink ?? sink == sink {
            var current: ClosedRange<Int64>?
            for event in Set(letters.map(\.event)).sorted() {
                if wanted?.contains(event) ?? true {
                    count += 1
                    current = (current?.lowerBound ?? event)...event
                } else if let done = current {
                    ranges.append((sink, done))
                    current = nil
                }
            }
            if let current { ranges.append((sink, current)) }
        }
        return (ranges, count)
    }

    // MARK: - Sinks

    private func forgetSink(_ sink: String, _ name: String) throws -> ControlResponse {
        if configuredSinks?.contains(sink) == true {
            return .failed("the sink \(sink) is configured; take it out of the configuration first")
        }
        guard try store.cursors()[sink] != nil else { return .failed("nothing is kept of a sink \(sink)") }
        try record([OperatorFact(.forgetSink(sink), by: name)])
        return .done("the sink \(sink) is to be forgotten")
    }
}

/// An operator's request as a fact for the journal.
struct OperatorFact: Sendable, Hashable {
    var notification: OID
    var variables: [VariableBinding]

    init(_ action: OperatorAction, by name: String) {
        (notification, variables) = OwnFacts.fact(action, by: name)
    }

    init(_ request: OperatorRequest, by name: String) {
        let operatorName = Self.text(OwnFacts.operatorName, name)
        switch request {
        case .resendLetters(let sink, let events):
            notification = OwnFacts.resendRequested
            variables = Self.letters(sink, events) + [operatorName]
        case .forgetLetters(let sink, let events):
            notification = OwnFacts.lettersForgotten
            variables = Self.letters(sink, events) + [operatorName]
        case .forgetSink(let sink):
            notification = OwnFacts.sinkForgotten
            variables = [Self.text(OwnFacts.sinkName, sink), operatorName]
        }
    }

    private static func letters(_ sink: String, _ events: ClosedRange<Int64>) -> [VariableBinding] {
        [
            text(OwnFacts.sinkName, sink),
            VariableBinding(name: OwnFacts.firstLetter, value: .counter64(UInt64(clamping: events.lowerBound))),
            VariableBinding(name: OwnFacts.lastLetter, value: .counter64(UInt64(clamping: events.upperBound))),
        ]
    }

    private static func text(_ name: OID, _ text: String) -> VariableBinding {
        VariableBinding(name: name, value: .octetString(ArraySlice(text.utf8)))
    }
}
