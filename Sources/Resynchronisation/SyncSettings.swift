/// How a device is to be kept in step, as its network is configured.
public struct SyncSettings: Sendable, Hashable {
    public var profile: SyncProfile
    /// In nanoseconds: how often a device is asked although nothing seems to be missing; `nil` for never.
    public var poll: Int64?

    /// Half an hour: what a lost last trap leaves unseen, against some hundred requests a second for a fleet of 100,000.
    public static let defaultPoll: Int64 = 1_800_000_000_000

    public init(profile: SyncProfile = .audiocodes, poll: Int64? = SyncSettings.defaultPoll) {
        self.profile = profile
        self.poll = poll
    }
}

/// Why a device is asked.
public enum SyncReason: String, Sendable, Hashable, Codable {
    /// It was heard for the first time.
    case firstContact = "first contact"
    case gap = "missing numbers"
    case newNumbers = "numbers begin anew"
    case restart
    case switchOver = "switch-over"
    /// Datagrams of it were lost before they could be processed.
    case blind = "datagrams lost"
    case poll
    /// Trapline itself was started.
    case start
    case operatorsWord = "an operator's wish"
    /// Something changed while it was asked, or what came is older than what it said.
    case doubt = "changed meanwhile"
    /// Somebody says to be a device that is known at another place.
    case claim = "claimed identity"

    /// What stores hold of a reason that was called otherwise once.
    private static let former = ["asked for": SyncReason.operatorsWord]

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let reason = SyncReason(rawValue: text) ?? SyncReason.former[text] else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(text) is no reason to ask a device"))
        }
        self = reason
    }

    /// Whether it is told even if nothing was found.
    public var isTold: Bool {
        switch self {
        case .firstContact, .poll, .start, .doubt, .claim: false
        case .gap, .newNumbers, .restart, .switchOver, .blind, .operatorsWord: true
        }
    }
}
