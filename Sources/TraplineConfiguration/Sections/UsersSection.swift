import Basics
import SNMPSecurity
import SNMPWire

/// `access: users:` the users of SNMPv3 (RFC 3414), each named once for all of its devices.
enum UsersSection {
    /// Two master keys each, some 4 ms together: a start takes no more than seconds.
    static let maximumUsers = 1_024
    /// Looked through for each message of the user.
    static let maximumEngines = 1_024
    static let maximumNetworks = 1_024
    static let maximumContexts = 64
    /// RFC 3411 §5: contextName is an SnmpAdminString of at most so many octets.
    static let maximumContextLength = 32

    /// What stands under `users:`.
    struct Users {
        var usable: [User] = []
        /// The names of those with whom something is wrong.
        var unusable: Set<String> = []
        /// There are some whose names cannot be read.
        var hasNameless = false

        /// Of all; `nil` where some cannot be read.
        var names: [String]? {
            hasNameless ? nil : usable.map(\.name) + unusable.sorted()
        }
    }

    /// `auth:` or `priv:`, with the places that what is wrong about it is told at.
    private struct Key<Protocol> {
        /// `nil` where something is wrong with it.
        var `protocol`: Protocol?
        var password: Secret?
        var protocolMark: SourceMark
        var passwordMark: SourceMark

        func whole<Whole>(_ make: (Protocol, Secret) -> Whole) -> Whole? {
            guard let `protocol`, let password else { return nil }
            return make(`protocol`, password)
        }
    }

    static func read(_ node: YAMLNode, _ reader: DocumentReader) -> Users {
        var users = Users()
        users.hasNameless = true
        guard let elements = reader.list(node, of: "users") else { return users }
        if elements.isEmpty { reader.warning("users: an empty list lets no v3 sender in", at: node.mark) }
        guard elements.count <= maximumUsers else {
            reader.error("users: at most \(maximumUsers), found \(elements.count)", at: node.mark)
            return users
        }
        users.hasNameless = false
        var names: Set<String> = []
        for element in elements {
            let (name, user) = user(element, reader)
            if let name, !names.insert(name).inserted {
                reader.error("the user \(quoted(name)) stands twice", at: element.mark)
            } else if let user {
                users.usable.append(user)
            } else if let name {
                users.unusable.insert(name)
            } else {
                users.hasNameless = true
            }
        }
        return users
    }

    /// `{name: ops, level: authPriv, auth: {protocol: SHA-256, password: …}, priv: {protocol: AES, password: …}}`.
    /// The name by itself too: it counts even where the rest is wrong.
    private static func user(_ node: YAMLNode, _ reader: DocumentReader) -> (name: String?, user: User?) {
        guard
            let mapping = MappingReader(
                node, reader, of: "name, level, auth, priv, engines, networks, contexts and clock", keysAreSecret: true)
        else { return (nil, nil) }
        let errors = reader.errorCount
        let name = mapping.require("name", "what the user is called") { reader.text($0, "a user's name") }
        let levelNode = mapping.take("level")
        let level = levelNode.flatMap(reader.level)
        let authentication: Key<AuthenticationProtocol>? = mapping.take("auth") { key($0, reader) }
        let privacy: Key<PrivacyProtocol>? = mapping.take("priv") { key($0, reader) }
        let engines = mapping.take("engines") { node in
            list(node, reader, of: "engines", atMost: maximumEngines) { engine($0, reader) }
        }
        let networks = mapping.take("networks") { node in
            list(node, reader, of: "networks", atMost: maximumNetworks, reader.network)
        }
        let contexts = mapping.take("contexts") { node in
            list(node, reader, of: "contexts", atMost: maximumContexts) { context($0, reader) }
        }
        let clock = mapping.take("clock") { reader.word($0, ClockPolicy.self) }
        mapping.finish()
        let marks = Marks(
            user: node.mark, name: mapping.take("name")?.mark, level: levelNode?.mark,
            authentication: authentication.map { ($0.protocolMark, $0.passwordMark) },
            privacy: privacy.map { ($0.protocolMark, $0.passwordMark) })
        guard let name, reader.errorCount == errors else {
            // What else is wrong with a user can be told only of one that is whole.
            if authentication?.password.map(User.isTooShort) ?? false {
                let problem = UserProblem.shortAuthenticationPassword
                reader.error("\(problem)", at: marks.mark(of: problem))
            }
            if privacy?.password.map(User.isTooShort) ?? false {
                let problem = UserProblem.shortPrivacyPassword
                reader.error("\(problem)", at: marks.mark(of: problem))
            }
            return (name, nil)
        }
        let user = User(
            name: name, authentication: authentication?.whole(User.Authentication.init),
            privacy: privacy?.whole(User.Privacy.init), minimumLevel: level,
            engines: engines ?? [], networks: networks ?? [], contexts: contexts ?? [], clock: clock ?? .strict)
        for problem in user.problems { reader.error("\(problem)", at: marks.mark(of: problem)) }
        guard user.problems.isEmpty else { return (name, nil) }
        for weakness in user.weaknesses {
            reader.warning("user \(quoted(name)): \(weakness)", at: marks.mark(of: weakness))
        }
        return (name, user)
    }

    private static func key<Protocol: SpelledWord>(_ node: YAMLNode, _ reader: DocumentReader) -> Key<Protocol>? {
        guard let mapping = MappingReader(node, reader, of: "protocol and password", keysAreSecret: true) else {
            return nil
        }
        let known = alternatives(Protocol.allCases.map(\.rawValue))
        let kind = mapping.require("protocol", known) { reader.spelled($0, Protocol.self) }
        let password = mapping.require("password", "the password, or {file: PATH}") { reader.secret($0, "password") }
        mapping.finish()
        return Key(
            protocol: kind, password: password, protocolMark: mapping.take("protocol")?.mark ?? node.mark,
            passwordMark: mapping.take("password")?.mark ?? node.mark)
    }

    /// An empty list could be meant for "none" and for "any".
    private static func list<Element: Equatable>(
        _ node: YAMLNode, _ reader: DocumentReader, of what: String, atMost maximum: Int,
        _ read: (YAMLNode) -> Element?
    ) -> [Element]? {
        let elements = reader.oneOrMore(node)
        guard (1...maximum).contains(elements.count) else {
            reader.error(
                "\(what): expected 1 to \(maximum), found \(elements.count); any are good where the key is left out",
                at: node.mark)
            return nil
        }
        var values: [Element] = []
        for element in elements {
            guard let value = read(element) else { continue }
            if values.contains(value) {
                reader.error("\(what): \(reader.described(element)) stands twice", at: element.mark)
            } else {
                values.append(value)
            }
        }
        return values
    }

    private static func engine(_ node: YAMLNode, _ reader: DocumentReader) -> EngineID? {
        guard let text = reader.text(node, "an engine ID such as 0x80001f8804737570") else { return nil }
        if let engine = EngineID(hexadecimal: text) { return engine }
        reader.error(
            "expected an engine ID, \(EngineID.lengths.lowerBound) to \(EngineID.lengths.upperBound) octets in "
                + "hexadecimal digits, found \(quoted(text))", at: node.mark)
        return nil
    }

    /// `""` is a context too: an engine's own.
    static func context(_ node: YAMLNode, _ reader: DocumentReader) -> String? {
        if case .text("", isQuoted: true) = node.content { return "" }
        guard let text = reader.text(node, "a context's name") else { return nil }
        guard text.utf8.count <= maximumContextLength else {
            reader.error("longer than \(maximumContextLength) octets", at: node.mark)
            return nil
        }
        return text
    }
}

/// Where a user's parts stand in the file.
private struct Marks {
    typealias Key = (protocol: SourceMark, password: SourceMark)

    var user: SourceMark
    var name: SourceMark?
    var level: SourceMark?
    var authentication: Key?
    var privacy: Key?

    func mark(of problem: UserProblem) -> SourceMark {
        let mark: SourceMark? =
            switch problem {
            case .noName, .longName: name
            case .privacyWithoutAuthentication: privacy?.protocol
            case .shortAuthenticationPassword: authentication?.password
            case .shortPrivacyPassword: privacy?.password
            case .unreachableLevel, .unboundWithoutAuthentication: level
            }
        return mark ?? user
    }

    func mark(of weakness: UserWeakness) -> SourceMark {
        let mark: SourceMark? =
            switch weakness {
            case .weakAuthentication: authentication?.protocol
            case .weakPrivacy: privacy?.protocol
            case .withoutAuthentication, .informsUnbound: level
            case .onePassword: privacy?.password
            }
        return mark ?? user
    }
}
