/// A network in CIDR notation (RFC 4632): `10.0.0.0/8`, `2001:db8::/32`; a bare address is a network of one. As with
/// addresses, an IPv4-mapped network (`::ffff:10.0.0.0/104`) is the IPv4 network.
public struct Network: Sendable, Hashable {
    public let address: IPAddress
    public let prefixLength: Int

    /// How much of an IPv4-mapped IPv6 address says that it is one (RFC 4291 §2.5.5.2).
    private static let mappingLength = 96

    /// `nil` if the text is no network, the prefix is longer than the address, or bits are set past the prefix
    /// (`10.1.2.3/8` is more often a slip than a wish).
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        var prefixLength = address.family.bitWidth
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]) else { return nil }
            let isMapped = address.family == .v4 && first.contains(":")
            prefixLength = isMapped ? length - Self.mappingLength : length
            guard (0...address.family.bitWidth).contains(prefixLength) else { return nil }
        }
        let hostBits = address.family.bitWidth - prefixLength
        guard hostBits == 0 || address.bits & ((UInt128(1) << UInt128(hostBits)) &- 1) == 0 else { return nil }
        self.address = address
        self.prefixLength = prefixLength
    }

    public func contains(_ other: IPAddress) -> Bool {
        guard other.family == address.family else { return false }
        return (address.bits ^ other.bits) >> UInt128(address.family.bitWidth - prefixLength) == 0
    }
}

extension Network: CustomStringConvertible {
    public var description: String { "\(address)/\(prefixLength)" }
}
