/// A user of SNMPv3, as net-snmp's programs are told of one.
public struct SNMPUser: Sendable, Hashable {
    public struct Secret: Sendable, Hashable {
        /// As net-snmp spells it.
        public var `protocol`: String
        public var password: String

        public init(_ protocol: String, _ password: String) {
            self.protocol = `protocol`
            self.password = password
        }
    }

    public var name: String
    public var authentication: Secret?
    public var privacy: Secret?

    public init(_ name: String, authentication: Secret? = nil, privacy: Secret? = nil) {
        self.name = name
        self.authentication = authentication
        self.privacy = privacy
    }

    /// The highest that the secrets allow.
    public var level: String {
        privacy != nil ? "authPriv" : authentication != nil ? "authNoPriv" : "noAuthNoPriv"
    }

    /// For `snmpget`, `snmptrap` and the others.
    var options: [String] {
        var options = ["-v", "3", "-u", name, "-l", level]
        if let authentication { options += ["-a", authentication.protocol, "-A", authentication.password] }
        if let privacy { options += ["-x", privacy.protocol, "-X", privacy.password] }
        return options
    }

    /// For `snmpd.conf`: who it is, and that it may read.
    var directives: String {
        var user = "createUser \(name)"
        for secret in [authentication, privacy].compactMap({ $0 }) {
            user += " \(secret.protocol) \"\(secret.password)\""
        }
        return user + "\nrouser \(name) \(privacy != nil ? "priv" : authentication != nil ? "auth" : "noauth")"
    }
}
