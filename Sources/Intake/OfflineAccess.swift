public import Basics
public import SNMPSecurity
internal import SNMPWire

/// What intake would say of datagrams out of a file, as far as a file can tell: budgets, clocks and repeats are what only
/// a running server knows.
public struct OfflineAccess: Sendable {
    public enum Verdict: Sendable, Hashable {
        case admitted
        /// A reason as `RefusalReason.label` has it, and what to do about it.
        case refused(reason: String, advice: String)
        /// A response, a report, or the question for an engine ID that comes before an inform: part of a conversation,
        /// which no server calls refused.
        case conversation
    }

    private let policy: AccessPolicy
    private let security: @Sendable () -> OfflineSecurity

    /// - Parameter security: asked for messages of v3 alone, since keys take time.
    public init(_ policy: AccessPolicy, security: @escaping @Sendable () -> OfflineSecurity) {
        self.policy = policy
        self.security = security
    }

    public func judge(_ datagram: [UInt8], from sender: IPAddress) -> Verdict {
        let octets = datagram.rawOctets
        let admission = Admission.judge(octets, policy)
        switch admission {
        case .refused(.unawaited, _): return .conversation
        case .secured(let summary) where Self.isConversation(summary): return .conversation
        default: break
        }
        guard policy.admits(sender) else { return refused(.source, nil) }
        switch admission {
        case .accepted: return .admitted
        case .refused(let reason, let error): return refused(reason, error)
        case .secured(let summary):
            do throws(SecurityRefusal) {
                try security().judge(octets, summary, from: sender)
                return .admitted
            } catch {
                let user = SecurityRefusal.printable(octets.extracting(summary.userName))
                return .refused(reason: error.label, advice: error.advice(user: user))
            }
        }
    }

    private static func isConversation(_ summary: V3Summary) -> Bool {
        guard let kind = summary.scoped?.kind else { return false }
        return kind == .response || kind == .report || summary.engineID.isEmpty
    }

    private func refused(_ reason: RefusalReason, _ error: WireError?) -> Verdict {
        .refused(reason: reason.label, advice: reason.advice(error, policy))
    }
}
