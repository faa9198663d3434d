public import Basics
public import SNMPWire

/// How strictly a user's engines are held to the clock that they told before (RFC 3414 §3.2 step 7b).
public enum ClockPolicy: String, Sendable, Hashable, CaseIterable {
    /// Boots and time may only go forward.
    case strict
    /// Both may go back, for devices whose boots counter is lost when they restart (snmptrap without a folder to keep it
    /// in, agents on flash that is never written). What was received once is still not taken twice, as long as it is
    /// remembered.
    case lenient
}

/// Somebody who may send v3 messages (RFC 3414 §2.1), named once and good for any engine.
public struct User: Sendable, Hashable {
    public struct Authentication: Sendable, Hashable {
        public var `protocol`: AuthenticationProtocol
        public var password: Secret

        public init(_ protocol: AuthenticationProtocol, password: Secret) {
            self.protocol = `protocol`
            self.password = password
        }
    }

    public struct Privacy: Sendable, Hashable {
        public var `protocol`: PrivacyProtocol
        public var password: Secret

        public init(_ protocol: PrivacyProtocol, password: Secret) {
            self.protocol = `protocol`
            self.password = password
        }
    }

    public var name: String
    public var authentication: Authentication?
    public var privacy: Privacy?
    /// Messages below it are refused.
    public var minimumLevel: SecurityLevel
    /// The authoritative engines of the traps that the user may send; empty: any. An inform names the receiver's
    /// engine and not its sender's, so that informs are bound by networks alone.
    public var engines: [EngineID]
    /// Where the user may send from; empty: anywhere.
    public var networks: [Network]
    /// The contexts that the user may speak of (RFC 3411 §3.3.1), `""` being an engine's own; empty: any. Where there are
    /// some, a trap is decrypted before it is let in, to see its context.
    public var contexts: [String]
    public var clock: ClockPolicy

    /// - Parameter minimumLevel: `nil` for the highest that the secrets allow.
    public init(
        name: String, authentication: Authentication? = nil, privacy: Privacy? = nil,
        minimumLevel: SecurityLevel? = nil, engines: [EngineID] = [], networks: [Network] = [],
        contexts: [String] = [], clock: ClockPolicy = .strict
    ) {
        self.name = name
        self.authentication = authentication
        self.privacy = privacy
        self.minimumLevel =
            minimumLevel ?? (authentication == nil ? .noAuthNoPriv : privacy == nil ? .authNoPriv : .authPriv)
        self.engines = engines
        self.networks = networks
        self.contexts = contexts
        self.clock = clock
    }

    /// The highest level that the secrets allow.
    public var maximumLevel: SecurityLevel {
        authentication == nil ? .noAuthNoPriv : privacy == nil ? .authNoPriv : .authPriv
    }

    /// Bound to engines or networks: without that nobody is let in who proves nothing.
    public var isBound: Bool { !engines.isEmpty || !networks.isEmpty }

    func permits(context: RawSpan) -> Bool {
        contexts.isEmpty
            || contexts.contains { name in
                unsafe context.withUnsafeBytes { unsafe $0.elementsEqual(name.utf8) }
            }
    }

    /// What is wrong with the definition; empty where it can be used.
    public var problems: [UserProblem] {
        var problems: [UserProblem] = []
        if name.isEmpty { problems.append(.noName) }
        if name.utf8.count > ShortOctets.maximumCount { problems.append(.longName) }
        if authentication == nil, privacy != nil { problems.append(.privacyWithoutAuthentication) }
        if let authentication, Self.isTooShort(authentication.password) {
            problems.append(.shortAuthenticationPassword)
        }
        if let privacy, Self.isTooShort(privacy.password) { problems.append(.shortPrivacyPassword) }
        if minimumLevel.rawValue > maximumLevel.rawValue { problems.append(.unreachableLevel(minimumLevel)) }
        // Who has a privacy password wants authentication too, and to be bound is not what is missing.
        if minimumLevel == .noAuthNoPriv, !isBound, authentication != nil || privacy == nil {
            problems.append(.unboundWithoutAuthentication)
        }
        return problems
    }

    /// Whether a password has less octets than RFC 3414 §11.2 demands.
    public static func isTooShort(_ password: Secret) -> Bool {
        password.reveal().utf8.count < Cryptography.minimumPasswordOctets
    }

    /// What works and yet should be changed, for a check of the configuration.
    public var weaknesses: [UserWeakness] {
        var weaknesses: [UserWeakness] = []
        if let authentication, authentication.protocol.isWeak {
            weaknesses.append(.weakAuthentication(authentication.protocol))
        }
        if let privacy, privacy.protocol.isWeak { weaknesses.append(.weakPrivacy(privacy.protocol)) }
        if minimumLevel == .noAuthNoPriv { weaknesses.append(.withoutAuthentication) }
        if minimumLevel == .noAuthNoPriv, networks.isEmpty { weaknesses.append(.informsUnbound) }
        if let authentication, authentication.password == privacy?.password { weaknesses.append(.onePassword) }
        return weaknesses
    }
}

/// Why a user's definition cannot be used.
public enum UserProblem: Sendable, Hashable {
    case noName
    case longName
    case privacyWithoutAuthentication
    case shortAuthenticationPassword
    case shortPrivacyPassword
    /// The minimum level needs secrets that the user has not.
    case unreachableLevel(SecurityLevel)
    case unboundWithoutAuthentication
}

extension UserProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noName: "a user needs a name"
        case .longName: "a user's name has at most \(ShortOctets.maximumCount) octets (RFC 3414, usmUserName)"
        case .privacyWithoutAuthentication: "there is no privacy without authentication (RFC 3411 §3.4.3)"
        case .shortAuthenticationPassword:
            "the authentication password must have \(Cryptography.minimumPasswordOctets) octets or more"
        case .shortPrivacyPassword:
            "the privacy password must have \(Cryptography.minimumPasswordOctets) octets or more"
        case .unreachableLevel(let level):
            "level \(level) needs \(level == .authPriv ? "authentication and privacy" : "authentication")"
        case .unboundWithoutAuthentication:
            "a user who may send without authentication must be bound to engines or networks: anybody could send in its name"
        }
    }
}
