internal import Basics
internal import SNMPWire

/// The decision on one datagram, before anything is kept of it.
enum Admission {
    case accepted(NotificationSummary)
    /// A well-formed message of v3, whatever its PDU is: its security is still to be judged.
    case secured(V3Summary)
    case refused(RefusalReason, WireError?)

    /// Allocates nothing. Its sender was judged before.
    static func judge(_ header: DatagramHeader, _ payload: RawSpan, _ policy: AccessPolicy) -> Admission {
        header.isTruncated ? .refused(.oversized, nil) : judge(payload, policy)
    }

    /// Of a whole datagram.
    static func judge(_ payload: RawSpan, _ policy: AccessPolicy) -> Admission {
        do throws(WireError) {
            if isLikelyV3(payload), let secured = try V3View.check(payload) {
                return policy.admits(.v3) ? .secured(secured) : .refused(.version, nil)
            }
            let summary = try NotificationView.check(payload)
            guard policy.admits(summary.version) else { return .refused(.version, nil) }
            if summary.version == .v3, let secured = try V3View.check(payload) { return .secured(secured) }
            guard policy.admits(community: payload.extracting(summary.community)) else {
                return .refused(.community, nil)
            }
            return .accepted(summary)
        } catch {
            if error.code == .notANotification, (try? ResponseView.check(payload)) ?? nil != nil {
                return .refused(.unawaited, nil)
            }
            return .refused(.malformed(error.code), error)
        }
    }

    /// Where the version lies in all but the strangest encodings: so that no datagram is read through twice.
    static func isLikelyV3(_ payload: RawSpan) -> Bool {
        func octet(_ offset: Int) -> UInt8? {
            guard offset < payload.byteCount else { return nil }
            return unsafe payload.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
        }
        guard let length = octet(1) else { return false }
        let version = length < 0x80 ? 2 : 2 + Int(length & 0x7f)
        return octet(version) == 2 && octet(version + 1) == 1 && octet(version + 2) == UInt8(SNMPVersion.v3.rawValue)
    }
}
