import Basics
import Dispatch
import Intake
import Manager
import SNMPSecurity
import SNMPWire
import Synchronization
import TestPeers

/// Sends through a socket of its own for each datagram, and can lose some on the way.
final class LoopbackSender: DatagramSender {
    private struct State {
        var expected: [ExpectedResponse.Key: ExpectedResponse] = [:]
        var sent = 0
        var lost = 0
        var mostAtOnce = 0
        var verdicts: [ExpectedResponse.Verdict] = []
    }

    private let state = Mutex(State())
    private let loses: @Sendable (Int) -> Bool
    private let answersAfter: Int
    private let judging = DispatchQueue(label: "judging")
    private let queue = DispatchQueue(label: "loopback", attributes: .concurrent)

    /// - Parameters:
    ///   - answersAfter: what comes back waits until so many were sent.
    ///   - loses: whether the datagram with this number from 1 gets lost.
    init(answersAfter: Int = 0, loses: @escaping @Sendable (Int) -> Bool = { _ in false }) {
        self.answersAfter = answersAfter
        self.loses = loses
    }

    var sent: Int { state.withLock { $0.sent } }
    var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }
    /// On what came back by v3, in order.
    var verdicts: [ExpectedResponse.Verdict] { state.withLock { $0.verdicts } }
    var stillExpected: Int { state.withLock { $0.expected.count } }

    func expect(_ expected: ExpectedResponse) {
        state.withLock { state in
            state.expected[expected.key] = expected
            state.mostAtOnce = max(state.mostAtOnce, state.expected.count)
        }
    }

    func forget(_ key: ExpectedResponse.Key) {
        state.withLock { $0.expected[key] = nil }
    }

    func send(_ payload: [UInt8], along path: RequestPath) throws(SendFailure) {
        let number = state.withLock { state in
            state.sent += 1
            return state.sent
        }
        if loses(number) { return }
        let socket: UDPSender
        do throws(SenderError) {
            socket = try UDPSender(to: path.peer)
        } catch {
            throw SendFailure("\(error)")
        }
        queue.async { [self] in
            guard let answer = try? socket.request(payload, timeout: .seconds(20)),
                let key = key(of: answer, from: path),
                Poll.until({ sent >= answersAfter })
            else { return }
            let expected = state.withLock { state in
                if case .user? = state.expected[key]?.proof { return state.expected[key] }
                return state.expected.removeValue(forKey: key)
            }
            guard let expected else { return }
            switch expected.proof {
            case .community: expected.whenSettled(answer)
            case .user(let judge):
                // One after the other, so that verdicts stand in their order.
                let verdict = judging.sync {
                    let verdict = judge(answer, .now)
                    state.withLock { $0.verdicts.append(verdict) }
                    return verdict
                }
                if verdict == .foreign { return }
                forget(key)
                if verdict == .response { expected.whenSettled(answer) }
            }
        }
    }

    private func key(of answer: [UInt8], from path: RequestPath) -> ExpectedResponse.Key? {
        if let summary = (try? V3View.check(answer)) ?? nil {
            return ExpectedResponse.Key(peer: path.peer, requestID: summary.messageID)
        }
        guard let message = try? SNMPMessage.decode(answer), let reply = SNMPReply(message) else { return nil }
        return ExpectedResponse.Key(peer: path.peer, requestID: reply.requestID)
    }
}
