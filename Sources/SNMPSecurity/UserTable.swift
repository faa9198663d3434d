internal import SNMPWire

/// The users of one generation of the configuration, made ready for looking up. An immutable snapshot; a reload makes
/// another.
public struct UserTable: Sendable {
    struct Entry: Sendable {
        let user: User
        let master: MasterKeys?
        /// The same for a user whose name and secrets are the same, in all tables of this process: what keys are cached
        /// under.
        let identity: Int
    }

    private let entries: [Entry]
    private let numbers: [ShortOctets: Int]

    /// Makes the master keys: some 2 ms for each password that `previous` did not have.
    /// - Parameter users: with no `problems`, and of different names; what has problems is left out, and of one name the
    ///   first counts.
    public init(_ users: [User] = [], reusing previous: UserTable? = nil) {
        var entries: [Entry] = []
        var numbers: [ShortOctets: Int] = [:]
        for user in users where user.problems.isEmpty {
            guard let name = ShortOctets(Array(user.name.utf8).rawOctets), numbers[name] == nil else { continue }
            let master: MasterKeys?
            if let known = previous?.entry(named: name), known.user.authentication == user.authentication,
                known.user.privacy == user.privacy
            {
                master = known.master
            } else {
                master = MasterKeys(user)
            }
            var hasher = Hasher()
            hasher.combine(name)
            hasher.combine(master)
            numbers[name] = entries.count
            entries.append(Entry(user: user, master: master, identity: hasher.finalize()))
        }
        self.entries = entries
        self.numbers = numbers
    }

    public var isEmpty: Bool { entries.isEmpty }
    public var users: [User] { entries.map(\.user) }

    public func user(named name: String) -> User? {
        ShortOctets(Array(name.utf8).rawOctets).flatMap(entry(named:))?.user
    }

    /// A user's keys at an engine, for sending: made anew by each call.
    public func keys(of name: String, at engine: EngineID) -> LocalisedKeys? {
        ShortOctets(Array(name.utf8).rawOctets).flatMap(entry(named:))?.master?.localised(at: engine)
    }

    func entry(named name: ShortOctets) -> Entry? {
        numbers[name].map { entries[$0] }
    }
}
