public import SNMPWire

/// In which version a device wants to be asked, as its keep-alives say in AdditionalInfo2: `SNMPVersion=SNMPv3`, or, with
/// a blank, `SNMPVersion= SNMPv2c`.
public struct VersionWish: Sendable, Hashable, Codable {
    /// The version's number on the wire.
    private var number: Int32
    /// Said in an authentic message.
    public var isProven: Bool

    public init(_ version: SNMPVersion, isProven: Bool) {
        number = version.rawValue
        self.isProven = isProven
    }

    /// `nil` for words that name no version.
    public init?(_ words: some Collection<UInt8>, isProven: Bool) {
        let words = String(decoding: words, as: UTF8.self).lowercased().filter { !$0.isWhitespace && $0 != "\0" }
        guard words.hasPrefix("snmpversion=snmp") else { return nil }
        switch words.dropFirst("snmpversion=snmp".count) {
        case "v1": self.init(.v1, isProven: isProven)
        case "v2c", "v2": self.init(.v2c, isProven: isProven)
        case "v3": self.init(.v3, isProven: isProven)
        default: return nil
        }
    }

    public var version: SNMPVersion { SNMPVersion(rawValue: number) ?? .v2c }

    /// What holds from now on: nobody who proves nothing talks a device out of what it said under its keys, since its
    /// questions, and with them a community, would then go over the wire for all to read.
    public func followed(by next: VersionWish) -> VersionWish {
        isProven && !next.isProven ? self : next
    }
}
