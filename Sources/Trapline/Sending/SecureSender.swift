public import Basics
import Glibc
public import Intake
public import SNMPSecurity
public import SNMPWire

/// Sends as one user of SNMPv3, from nothing that was kept: for `trapline send`.
public struct SecureSender: Sendable {
    private let user: User
    private let level: SecurityLevel
    private let contextName: String
    private let table: UserTable
    private let salts: Salts

    /// More questions than discovery and a clock that is set wrong need; a receiver that asks for more goes in circles.
    private static let mostQuestions = 8

    /// - Parameter level: `nil` for the highest that the secrets allow.
    public init(_ user: User, level: SecurityLevel? = nil, contextName: String = "") throws(ServerError) {
        var user = user
        let level = level ?? user.maximumLevel
        // What binds who receives does not bind who sends.
        user.minimumLevel = .noAuthNoPriv
        user.networks = [Network("0.0.0.0/0")].compactMap { $0 }
        user.contexts = []
        if let problem = user.problems.first { throw ServerError("user `\(user.name)`: \(problem)") }
        guard level.rawValue <= user.maximumLevel.rawValue else {
            throw ServerError("user `\(user.name)`: \(UserProblem.unreachableLevel(level))")
        }
        self.user = user
        self.level = level
        self.contextName = contextName
        table = UserTable([user])
        salts = Salts(boots: Self.reading(at: .now).boots)
    }

    // MARK: - Traps

    /// This machine's engine where none is named: called by the machine's name, as SnmpEngineID has it for text that an
    /// administrator assigned (RFC 3411 §5), under the enterprise that the server's own ID has.
    public static let engine: EngineID? = {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return nil }
        let octets = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return EngineID([0x80, 0x00, 0x7e, 0xd9, 0x04] + octets.prefix(EngineID.lengths.upperBound - 5))
    }()

    /// A clock that goes forward over all runs and needs no file: the wall clock's seconds, the upper bits as boots.
    public static func reading(at time: Timestamp) -> EngineReading {
        let seconds = max(0, time.nanoseconds(since: Timestamp(seconds: 0)) / 1_000_000_000)
        return EngineReading(
            boots: Int32(truncatingIfNeeded: seconds >> 31) + 1, time: Int32(truncatingIfNeeded: seconds & 0x7fff_ffff))
    }

    /// The datagram of a trap, of which the sender's engine is authoritative.
    public func trap(_ pdu: PDU, engine: EngineID, reading: EngineReading) throws(ServerError) -> [UInt8] {
        let message = OutgoingMessage(
            messageID: .random(in: 1...Int32.max), isReportable: false, engineID: engine.octets[...], reading: reading,
            userName: Array(user.name.utf8)[...], level: level,
            scoped: ScopedPDU(
                contextEngineID: engine.octets[...], contextName: Array(contextName.utf8)[...], pdu: pdu))
        return try encoded { () throws(OutgoingMessage.Failure) in
            try message.encode(keys: table.keys(of: user.name, at: engine), salts: salts)
        }
    }

    // MARK: - Informs

    /// Finds out who the receiver is and what its clock shows, sends the inform and waits for its Response.
    /// - Parameter engine: the sender's, in whose context the notification is, as a trap's.
    /// - Returns: whether one came.
    public func inform(
        _ pdu: StandardPDU, engine: EngineID, over sender: UDPSender, timeout: Duration, retries: Int
    ) throws -> Bool {
        guard
            var session = RequestSession(
                table, user: user.name, level: level, contextName: contextName, salts: salts)
        else { throw ServerError("user `\(user.name)`: \(UserProblem.unreachableLevel(level))") }
        for _ in 0..<Self.mostQuestions {
            let messageID = Int32.random(in: 1...Int32.max)
            let question = try encoded { () throws(OutgoingMessage.Failure) in
                try session.datagram(.standard(pdu), messageID: messageID, context: engine, at: .now)
            }
            let reply = try sender.request(question, timeout: timeout, retries: retries) { reply in
                (try? V3View.check(reply))??.messageID == messageID
            }
            guard let reply else { return false }
            let answer = try answer(to: reply, &session)
            if let refusal = session.refusal(in: answer) { throw ServerError("the receiver refuses it: \(refusal)") }
            guard case .response(_, let scoped) = answer else { continue }
            guard case .standard(let response) = scoped.pdu, response.requestID == pdu.requestID else {
                throw ServerError("the receiver answered another request than this")
            }
            return true
        }
        throw ServerError("the receiver asks for its engine's clock again and again")
    }

    private func answer(
        to reply: [UInt8], _ session: inout RequestSession
    ) throws(ServerError) -> RequestSession.Answer {
        do throws(RequestSession.Failure) {
            return try session.take(reply, at: .now)
        } catch {
            switch error {
            case .malformed(let error): throw ServerError("the receiver's answer is malformed: \(error)")
            case .notAnAnswer: throw ServerError("the receiver's answer is none to an inform")
            case .otherEngine: throw ServerError("the answer comes from another engine than the one that was asked")
            case .otherUser: throw ServerError("the answer is for another user, or at a lower level")
            case .refused(let refusal):
                throw ServerError("the receiver's answer is not believed: \(refusal.advice(user: user.name))")
            }
        }
    }

    private func encoded(
        _ body: () throws(OutgoingMessage.Failure) -> [UInt8]
    ) throws(ServerError) -> [UInt8] {
        do throws(OutgoingMessage.Failure) {
            return try body()
        } catch {
            switch error {
            case .noKeys, .library:
                throw ServerError("user `\(user.name)`: this machine's OpenSSL does not do what its protocols need")
            case .tooLong: throw ServerError("more than one datagram carries")
            }
        }
    }
}
