internal import Basics
internal import SNMPWire

/// The decision on one datagram, before anything is kept of it.
enum Admission {
    case accepted(NotificationSummary)
    case refused(RefusalReason, WireError?)

    /// Allocates nothing for a datagram that is refused. Its sender was judged before.
    static func judge(_ header: DatagramHeader, _ payload: RawSpan, _ policy: AccessPolicy) -> Admission {
        guard !header.isTruncated else { return .refused(.oversized, nil) }
        let summary: NotificationSummary
        do throws(WireError) {
            summary = try NotificationView.check(payload)
        } catch {
            if error.code == .notANotification, (try? ResponseView.check(payload)) ?? nil != nil {
                return .refused(.unawaited, nil)
            }
            return .refused(.malformed(error.code), error)
        }
        guard summary.version != .v3 else { return .refused(.v3Unsupported, nil) }
        guard policy.admits(community: payload.extracting(summary.community)) else {
            return .refused(.community, nil)
        }
        return .accepted(summary)
    }
}
