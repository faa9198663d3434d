import Basics

/// `access: users:` the users of SNMPv3 (RFC 3414). They are checked, so that a configuration written for them stays a
/// good one, and not used yet.
enum UsersSection {
    /// RFC 3411 §5, SnmpAdminString as usmUserName has it: 1 to 32 octets.
    static let maximumNameLength = 32

    private enum Level: String, CaseIterable {
        case noAuthNoPriv, authNoPriv, authPriv
    }

    /// As net-snmp's clients spell them.
    private enum Authentication: String, CaseIterable {
        case md5 = "MD5"
        case sha = "SHA"
        case sha224 = "SHA-224"
        case sha256 = "SHA-256"
        case sha384 = "SHA-384"
        case sha512 = "SHA-512"
    }

    private enum Privacy: String, CaseIterable {
        case des = "DES"
        case aes = "AES"
        case aes192 = "AES-192"
        case aes256 = "AES-256"
        case aes192Cisco = "AES-192-C"
        case aes256Cisco = "AES-256-C"
    }

    static func check(_ node: YAMLNode, _ reader: DocumentReader) {
        guard let elements = reader.list(node, of: "users") else { return }
        var names: Set<String> = []
        for element in elements {
            guard let name = user(element, reader) else { continue }
            if !names.insert(name).inserted {
                reader.error("the user \(quoted(name)) stands twice", at: element.mark)
            }
        }
    }

    /// `{name: ops, level: authPriv, auth: {protocol: SHA-256, password: …}, priv: {protocol: AES, password: …}}`.
    private static func user(_ node: YAMLNode, _ reader: DocumentReader) -> String? {
        guard let mapping = MappingReader(node, reader, of: "name, level, auth and priv", keysAreSecret: true) else {
            return nil
        }
        let name = mapping.require("name", "what the user is called") { node -> String? in
            guard let name = reader.text(node, "a user's name") else { return nil }
            guard name.utf8.count <= maximumNameLength else {
                reader.error("longer than \(maximumNameLength) octets", at: node.mark)
                return nil
            }
            return name
        }
        let level = mapping.require("level", alternatives(Level.allCases.map(\.rawValue))) {
            reader.word($0, Level.self)
        }
        let authentication = mapping.entry("auth")
        let privacy = mapping.entry("priv")
        mapping.finish()
        if let authentication { key(authentication.value, Authentication.self, reader) }
        if let privacy { key(privacy.value, Privacy.self, reader) }
        if let level {
            if authentication == nil, level != .noAuthNoPriv {
                reader.error("auth: is missing: \(level.rawValue) authenticates", at: node.mark)
            }
            if privacy == nil, level == .authPriv {
                reader.error("priv: is missing: \(level.rawValue) encrypts", at: node.mark)
            }
        }
        return name
    }

    private static func key<Protocol: RawRepresentable & CaseIterable>(
        _ node: YAMLNode, _ type: Protocol.Type, _ reader: DocumentReader
    ) where Protocol.RawValue == String {
        guard let mapping = MappingReader(node, reader, of: "protocol and password", keysAreSecret: true) else {
            return
        }
        let known = alternatives(Protocol.allCases.map(\.rawValue))
        _ = mapping.require("protocol", known) { reader.word($0, type) }
        _ = mapping.require("password", "the password, or {file: PATH}") { reader.secret($0, "password") }
        mapping.finish()
    }
}
