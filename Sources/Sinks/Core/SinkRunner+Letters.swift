internal import Alarms
internal import Basics
internal import Logging
internal import Store
internal import TraplineMetrics

/// The dead letters of a sink: what its peer has refused for good, and what operators want sent again.
extension SinkRunner {
    /// Makes dead letters of `events`.
    func bury(_ events: [SinkEvent], _ rejection: DeliveryFailure) -> [DeadLetter] {
        let detail = PlainText.shortened(PlainText.oneLine(rejection.detail), octets: SinkFailures.detailLimit)
        counters.deadLetters.add(events.count)
        if let count = refusals.note(events.count) { report(deadLetters: count, "; the last time: \(detail)") }
        let now = Timestamp.now
        // The store keeps no more of them.
        return events.suffix(EventStore.deadLetterLimit).map { event in
            DeadLetter(
                sink: name, event: event.event.id, time: now, reason: rejection.reason.rawValue, detail: detail)
        }
    }

    /// At the end of the runner: what no line has told yet.
    func reportDeadLetters() {
        if let count = refusals.takeRest() { report(deadLetters: count, "") }
    }

    private func report(deadLetters count: Int, _ detail: String) {
        logger.error(
            """
            \(counted(count, "event")) refused for good: see `trapline dead-letters`, and, once the peer takes them, \
            `trapline dead-letters resend --sink \(name)`\(detail)
            """)
    }

    /// Delivers the dead letters that operators asked for, the oldest event first; `false` if the runner was stopped
    /// before that. They stay asked for in the store until the board's next transaction tells that it is done.
    func sendLettersAgain(_ marks: inout DeliveryMarks, _ sinceDelivery: inout Stopwatch?) async -> Bool {
        // Before the look: what is saved in between is not among the letters any more.
        let known = environment.cursors.settled(of: name)
        guard let asked = await lettersAskedFor() else { return false }
        var rest = asked.filter { !known.contains($0) }[...]
        while !rest.isEmpty {
            if isStopping { return false }
            let numbers = Array(rest.prefix(letterLimit))
            rest = rest.dropFirst(numbers.count)
            guard
                let events = await reading({ [follower] () throws(StoreError) in
                    var events: [StoredEvent] = []
                    for number in numbers { if let event = try follower.event(number) { events.append(event) } }
                    return events
                })
            else { return false }
            if events.count < numbers.count {
                counters.removed.add(numbers.count - events.count)
                let lost = numbers.count - events.count
                logger.error(
                    "\(counted(lost, "dead letter")) cannot be sent again: the event log no longer has the events")
            }
            var delivery = Delivery()
            if !events.isEmpty {
                guard let ended = await deliver(events, marks, areAskedFor: true) else { return false }
                delivery = ended
                sinceDelivery = Stopwatch(environment.clock)
                logger.notice("sent again: \(delivery.count) of \(counted(events.count, "dead letter"))")
            }
            marks.send(
                delivery.count, from: events.first?.event.time, upTo: marks.sent, clock: environment.clock)
            if sink.needsConfirmation {
                guard await confirm(&marks) else { return false }
            } else {
                settle(&marks)
            }
            environment.cursors.post(marks.confirmed, for: name, refused: delivery.refused, settled: numbers)
        }
        return true
    }

    /// How many letters are sent again together: a page of a digest at most.
    private var letterLimit: Int {
        switch sink.gathering {
        case .immediate(let maximum), .window(_, let maximum): max(1, min(maximum, 256))
        }
    }

    private func lettersAskedFor() async -> [Int64]? {
        await reading { [follower, name] () throws(StoreError) in try follower.store.lettersAskedFor(of: name) }
    }
}
