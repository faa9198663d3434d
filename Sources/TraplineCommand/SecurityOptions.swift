import ArgumentParser
import Basics
import Foundation
import SNMPSecurity
import SNMPWire
import Trapline

/// Who sends by SNMPv3, as net-snmp's clients are told it, or by the name of a user of the configuration.
struct SecurityOptions: ParsableArguments {
    @Option(
        name: [.customShort("u"), .customLong("user")],
        help: ArgumentHelp(
            "The user; implies --version 3.",
            discussion: "One of the configuration's `access: users`, unless -a, -A or their like say who it is."))
    var user: String?

    @Option(
        name: [.customShort("l"), .customLong("level")],
        help: "noAuthNoPriv, authNoPriv or authPriv; the highest that the passwords allow by default.")
    var level: String?

    @Option(
        name: [.customShort("a"), .customLong("auth-protocol")],
        help: "MD5, SHA, SHA-224, SHA-256 (the default), SHA-384 or SHA-512.")
    var authenticationProtocol: String?

    @Option(
        name: [.customShort("A"), .customLong("auth-password")],
        help: "The authentication password; others on this machine can see it, which a file prevents.")
    var authenticationPassword: String?

    @Option(name: .customLong("auth-password-file"), help: "The file that holds it.")
    var authenticationFile: String?

    @Option(
        name: [.customShort("x"), .customLong("priv-protocol")],
        help: "DES, AES (AES-128, the default), AES-192, AES-256, AES-192-C or AES-256-C.")
    var privacyProtocol: String?

    @Option(name: [.customShort("X"), .customLong("priv-password")], help: "The privacy password.")
    var privacyPassword: String?

    @Option(name: .customLong("priv-password-file"), help: "The file that holds it.")
    var privacyFile: String?

    @Option(name: [.customShort("n"), .customLong("context")], help: "The context's name.")
    var context = ""

    @Option(
        name: [.customShort("e"), .customLong("engine-id")],
        help: "The engine ID of the sender, in hex; made of this machine's name by default.")
    var engineID: String?

    @Option(
        name: .customLong("engine-boots"),
        help: "The boots that a trap tells; what goes with the wall clock by default.")
    var boots: UInt32?

    @Option(
        name: .customLong("engine-time"),
        help: "The engine time that a trap tells, in seconds; the wall clock's by default.")
    var time: UInt32?

    /// Whether any option was given that only v3 has.
    var isUsed: Bool {
        user != nil || level != nil || !context.isEmpty || engineID != nil || boots != nil || time != nil || hasSecrets
    }

    private var hasSecrets: Bool {
        [
            authenticationProtocol, authenticationPassword, authenticationFile, privacyProtocol, privacyPassword,
            privacyFile,
        ].contains { $0 != nil }
    }

    func validate() throws {
        if authenticationPassword != nil, authenticationFile != nil {
            throw ValidationError("--auth-password and --auth-password-file exclude each other")
        }
        if privacyPassword != nil, privacyFile != nil {
            throw ValidationError("--priv-password and --priv-password-file exclude each other")
        }
        for (name, number) in [("boots", boots), ("time", time)] {
            guard let number, number > Int32.max else { continue }
            throw ValidationError("--engine-\(name) is at most \(Int32.max)")
        }
    }

    /// An inform is for its receiver's engine, and tells the clock that this has.
    func validateForInform() throws {
        guard boots != nil || time != nil else { return }
        throw ValidationError("--engine-boots and --engine-time are a trap's; an inform is told its receiver's")
    }

    /// - Parameter users: the configuration's.
    func sender(among users: [User]) throws -> SecureSender {
        guard let name = user else { throw CommandFailure("SNMPv3 needs a user: --user NAME") }
        let level = try level.map(Self.level)
        if !hasSecrets, let user = users.first(where: { $0.name == name }) {
            return try SecureSender(user, level: level, contextName: context)
        }
        if !hasSecrets, level ?? .authNoPriv != .noAuthNoPriv {
            throw CommandFailure(
                "user `\(name)` is not in the configuration: give --config FILE, or its passwords by -A and -X")
        }
        let authentication = try password(authenticationPassword, authenticationFile)
        let privacy = try password(privacyPassword, privacyFile)
        if authenticationProtocol != nil, authentication == nil { throw CommandFailure("-a needs -A, a password") }
        if privacyProtocol != nil, privacy == nil { throw CommandFailure("-x needs -X, a password") }
        let user = User(
            name: name,
            authentication: try authentication.map {
                User.Authentication(
                    try Self.word(authenticationProtocol ?? "SHA-256", of: "--auth-protocol"), password: $0)
            },
            privacy: try privacy.map {
                User.Privacy(try Self.word(privacyProtocol ?? "AES", of: "--priv-protocol"), password: $0)
            })
        return try SecureSender(user, level: level, contextName: context)
    }

    func engine() throws -> EngineID {
        guard let engineID else {
            guard let engine = SecureSender.engine else {
                throw CommandFailure("this machine has no name: give --engine-id")
            }
            return engine
        }
        guard let engine = EngineID(hexadecimal: engineID) else {
            throw CommandFailure("--engine-id \(engineID): not 5 to 32 octets in hex")
        }
        return engine
    }

    var reading: EngineReading {
        let now = SecureSender.reading(at: .now)
        return EngineReading(
            boots: boots.map { Int32(clamping: $0) } ?? now.boots, time: time.map { Int32(clamping: $0) } ?? now.time)
    }

    // MARK: - Words

    private func password(_ text: String?, _ file: String?) throws -> Secret? {
        guard let file else { return text.map { Secret($0) } }
        do {
            var content = try String(contentsOfFile: file, encoding: .utf8)[...]
            while content.last?.isNewline == true { content = content.dropLast() }
            return Secret(String(content))
        } catch {
            throw CommandFailure("\(file): \(error.localizedDescription)")
        }
    }

    private static func level(_ text: String) throws -> SecurityLevel {
        guard let level = SecurityLevel(spelled: text) else {
            throw CommandFailure("--level \(text): not noAuthNoPriv, authNoPriv or authPriv")
        }
        return level
    }

    private static func word<Word: SpelledWord>(_ text: String, of option: String) throws -> Word {
        if let word = Word(spelled: text) { return word }
        let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
        throw CommandFailure("\(option) \(text): " + (Word.whyUnsupported(text) ?? "none of \(known)"))
    }
}
