/// A network in CIDR notation (RFC 4632): `10.0.0.0/8`, `2001:db8::/32`; a bare address is a network of one.
public struct Network: Sendable, Hashable {
    public let address: IPAddress
    public let prefixLength: Int

    /// `nil` if the text is no network, the prefix is longer than the address, or bits are set past the prefix
    /// (`10.1.2.3/8` is more often a slip than a wish).
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress($0) }) else { return nil }
        var prefixLength = address.family.bitWidth
        if parts.count == 2 {
            guard parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), let length = Int(parts[1]),
                length <= address.family.bitWidth
            else { return nil }
            prefixLength = length
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
