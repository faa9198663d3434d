import Alarms
import Basics
import Store

/// What operators do to alarms that stand, and what they silence.
extension OperatorActions {
    /// So many at once are recorded within a second.
    private static let alarmLimit = 10_000
    /// Who wants to hear nothing for longer than a year takes the device or the route away. In seconds.
    private static let longestSilence: Int64 = 366 * 86_400

    // MARK: - Alarms

    func perform(onAlarms request: ControlRequest, _ name: String) throws -> ControlResponse {
        let words = try words(request)
        if request.action == .note && words.isEmpty { return .failed("a note has words") }
        var chosen = try alarms(request.alarms ?? AlarmSelection())
        if request.action == .unacknowledge {
            chosen.removeAll { $0.acknowledged == nil }
            if chosen.isEmpty { return .failed("nobody has acknowledged that") }
        }
        guard chosen.count <= Self.alarmLimit else {
            return .failed("these are \(chosen.count) alarms, and at most \(Self.alarmLimit) are taken at once")
        }
        let actions = chosen.map { alarm -> OperatorAction in
            let reference = AlarmReference(alarm)
            return switch request.action {
            case .acknowledge: .acknowledge(reference, note: words)
            case .unacknowledge: .unacknowledge(reference, note: words)
            case .clear: .clear(reference, note: words)
            default: .note(reference, text: words)
            }
        }
        return try carryOut(actions, by: name) {
            let count = chosen.count == 1 ? "1 alarm" : "\(chosen.count) alarms"
            return switch request.action {
            case .acknowledge: "\(count) acknowledged" + replaced(among: chosen, by: name)
            case .unacknowledge: "\(count) no longer acknowledged"
            case .clear: "\(count) cleared"
            default: "\(count) noted"
            }
        }
    }

    private func alarms(_ selection: AlarmSelection) throws -> [ActiveAlarm] {
        let matcher = try matcher(selection.matcher)
        guard let numbers = selection.numbers.map(Set.init) else {
            var chosen: [ActiveAlarm] = []
            try store.forEachActiveAlarm { if matcher.matches($0) { chosen.append($0) } }
            if chosen.isEmpty { throw ServerError("no such alarm stands") }
            return chosen
        }
        let standing = try store.activeAlarms(numbers)
        let missing = numbers.subtracting(standing.map(\.id)).sorted()
        if let first = missing.first {
            let others = missing.count == 1 ? "" : ", nor \(missing.count - 1) more of these"
            throw ServerError("no alarm \(first) stands\(others); trapline alarms lists them")
        }
        let chosen = standing.filter(matcher.matches)
        if chosen.isEmpty { throw ServerError("no such alarm stands") }
        return chosen
    }

    /// Names enough to know whom to talk to.
    private static let namesTold = 3

    /// Whose acknowledgements give way to another's; nothing where they are nobody's or his own.
    private func replaced(among alarms: [ActiveAlarm], by name: String) -> String {
        let others = alarms.compactMap(\.acknowledged?.by).filter { $0 != name }
        guard !others.isEmpty else { return "" }
        let names = Set(others).sorted()
        let more = names.count > Self.namesTold ? " and \(names.count - Self.namesTold) more" : ""
        let whose = names.prefix(Self.namesTold).joined(separator: ", ") + more
        return alarms.count == 1 ? ", as it was by \(whose) before" : ", \(others.count) of them as before by \(whose)"
    }

    private func matcher(_ text: String?) throws -> AlarmMatcher { try AlarmMatcher(text: text ?? "") }

    // MARK: - Silences

    func silence(_ request: ControlRequest, _ name: String) throws -> ControlResponse {
        let order = request.silence ?? SilenceOrder()
        let matcher = try matcher(order.matcher)
        guard !matcher.isEmpty else { return .failed("a silence of everything is none: say which alarms it is about") }
        let now = Timestamp.now
        let from = try order.from.map { try moment($0) } ?? now
        guard let until = try order.until.map({ try moment($0) }) else { return .failed("say until when") }
        guard until > max(from, now) else {
            return .failed("its end, \(until.toTheSecond), is past or before its begin")
        }
        guard until.seconds - now.seconds <= Self.longestSilence else {
            return .failed("a silence ends within \(Self.longestSilence / 86_400) days")
        }
        guard try store.silences().count < SilenceTable.limit else {
            return .failed("there are \(SilenceTable.limit) silences already")
        }
        let words = try words(request)
        return try carryOut([.silence(matcher, from: from, until: until, reason: words)], by: name) {
            let begun = try settle == nil ? nil : store.silences().last { $0.by == name && $0.matcher == matcher }
            return (begun.map { "silence \($0.id)" } ?? "a silence") + " of \(matcher) until \(until.toTheSecond)"
        }
    }

    func endSilence(_ request: ControlRequest, _ name: String) throws -> ControlResponse {
        guard let number = request.silence?.number, try store.silences().contains(where: { $0.id == number }) else {
            return .failed("there is no such silence; trapline alarms silences lists them")
        }
        return try carryOut([.endSilence(number, note: try words(request))], by: name) { "silence \(number) ended" }
    }

    func moment(_ text: String) throws(ServerError) -> Timestamp {
        guard let moment = Timestamp(text) else {
            throw ServerError("\(text): expected a time such as 2026-01-31T22:00:00Z or 2026-01-31T22:00+01:00")
        }
        return moment
    }
}
