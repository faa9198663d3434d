internal import Basics
public import DeviceSimulation
internal import Journal
internal import Manager
internal import Pipeline
internal import SNMPWire
internal import Resynchronisation
internal import Store
internal import Trapline
internal import TraplineConfiguration

/// Simulated devices in front of the server: what they send comes in, and what the server asks them is answered.
extension TestServer {
    /// From a request to its answer.
    private static let roundTrip = Duration.milliseconds(20)
    /// How long a request is sent again before nobody answers it.
    private static let patience = Duration.seconds(15)

    /// The devices live for some time. Each datagram comes in at its own time; devices in networks that the
    /// configuration gives a credential for are asked by the server, and answer 20 ms later or not at all.
    ///
    /// Simulated devices speak v2c. Where the configuration has a community and a user they are asked with the community,
    /// also those that say that they want v3; where it has a user alone nobody answers.
    public func run(_ fleet: inout SimulatedFleet, for duration: Duration) throws {
        let end = now + duration
        hasBegun = true
        while now < end {
            let next = min(now + .seconds(1), end, onTheirWay.first?.due ?? end)
            var entries = arrivals(of: &fleet, until: max(next, now))
            while let first = onTheirWay.first, first.due <= next {
                onTheirWay.removeFirst()
                entries.append(first.entry)
            }
            entries.sort { $0.time < $1.time }
            if entries.isEmpty {
                try advance(to: next)
            } else {
                try process(entries)
                now = max(now, next)
            }
            try ask(&fleet)
        }
    }

    private func arrivals(of fleet: inout SimulatedFleet, until time: Timestamp) -> [JournalEntry] {
        fleet.advance(to: time).compactMap { arrival in
            guard isLetIn(arrival.payload, from: arrival.sender) else {
                refused += 1
                return nil
            }
            return entry(
                arrival.payload, from: Endpoint(arrival.sender, port: RequestPath.agentPort),
                on: arrival.channel == .keepAlives ? .keepAlives : .traps, at: max(now, arrival.time))
        }
    }

    /// Sends what the pipeline has left in the store to be asked.
    private func ask(_ fleet: inout SimulatedFleet) throws {
        while true {
            let requests = try store.requests(after: lastRequest, limit: Self.batch)
            for request in requests {
                lastRequest = request.number
                let number = VariableBinding(
                    name: OwnFacts.requestNumber, value: .counter64(UInt64(clamping: request.number)))
                let peer = request.path.peer
                let rule = loaded.configuration?.managed.rule(for: peer.address)
                guard case .community(let credential)? = rule?.credential(for: .v2c) else {
                    try process([unanswered(number, "no credential", at: now)])
                    continue
                }
                let requestID = Int32(truncatingIfNeeded: request.number)
                let sent = VariableBinding(name: OwnFacts.requestID, value: .integer(requestID))
                try process([Self.fact(OwnFacts.requestSent, [number, sent], at: now)])
                let datagram = request.request.encode(requestID: requestID, credential)
                if let answer = fleet.answer(datagram, to: peer.address, at: now) {
                    let due = now + Self.roundTrip
                    expect(entry(answer, from: peer, on: .traps, at: due), at: due)
                } else {
                    let due = now + Self.patience
                    expect(unanswered(number, "no answer", at: due), at: due)
                }
            }
            if requests.count < Self.batch { break }
        }
    }

    private func expect(_ entry: JournalEntry, at due: Timestamp) {
        onTheirWay.insert((due, entry), at: onTheirWay.firstIndex { $0.due > due } ?? onTheirWay.endIndex)
    }

    private func unanswered(_ number: VariableBinding, _ why: String, at time: Timestamp) -> JournalEntry {
        let words = VariableBinding(name: OwnFacts.failureReason, value: .octetString(ArraySlice(why.utf8)))
        return Self.fact(OwnFacts.requestUnanswered, [number, words], at: time)
    }
}
