public import Basics
public import SNMPSecurity
public import SNMPWire

/// A community that is let in, and what it is called wherever it is shown or matched.
public struct Community: Sendable, Hashable {
    /// `nil` where the operator gave it no name: then nothing names it.
    public var name: String?
    public var value: Secret

    public init(name: String?, value: Secret) {
        self.name = name
        self.value = value
    }
}

/// `access:` in the configuration: who may send, and how much.
public struct AccessSettings: Sendable, Hashable {
    /// `nil`: any community.
    public var communities: [Community]?
    /// `nil`: any sender.
    public var sources: [Network]?
    public var budget: BudgetSettings
    /// Of v3, without `problems` and of different names; without any, no v3 message is let in.
    public var users: [User]
    /// What is not among them is refused, whoever sends it.
    public var versions: Set<SNMPVersion>

    public init(
        communities: [Community]? = nil, sources: [Network]? = nil, budget: BudgetSettings = BudgetSettings(),
        users: [User] = [], versions: Set<SNMPVersion> = Set(SNMPVersion.allCases)
    ) {
        self.communities = communities
        self.sources = sources
        self.budget = budget
        self.users = users
        self.versions = versions
    }
}
