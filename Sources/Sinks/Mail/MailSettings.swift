public import Basics

/// `mail:` in the configuration.
public struct MailSettings: Sendable, Hashable {
    public enum StartTLS: String, Sendable, Hashable, CaseIterable {
        /// Fail where the server does not offer it; the default as soon as credentials are given.
        case required
        case opportunistic
        case never
    }

    public enum Authentication: Sendable, Hashable {
        case password(user: String, password: Secret)
        /// XOAUTH2.
        case token(user: String, token: Secret)
    }

    /// `smtp://host[:25]` or `smtps://host[:465]`.
    public var server: String
    public var startTLS: StartTLS
    public var authentication: Authentication?
    /// A PEM file of the authorities to trust; `nil` for the system's.
    public var authority: String?
    public var from: String
    public var to: [String]
    /// What is gathered into one digest after a first mail.
    public var window: Duration
    public var onReject: RejectionPolicy

    public init(
        server: String, startTLS: StartTLS, authentication: Authentication? = nil, authority: String? = nil,
        from: String, to: [String], window: Duration = .seconds(30),
        onReject: RejectionPolicy = .deadLetter
    ) {
        self.server = server
        self.startTLS = startTLS
        self.authentication = authentication
        self.authority = authority
        self.from = from
        self.to = to
        self.window = window
        self.onReject = onReject
    }
}
