internal import Glibc

/// An IPv4 or IPv6 address, held by value so that it can key tables of senders without allocation.
///
/// An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`, RFC 4291 §2.5.5.2), which is what a dual-stack socket reports
/// for an IPv4 sender, becomes the IPv4 address: one device has one address whatever socket it reached.
public struct IPAddress: Sendable, Hashable {
    public enum Family: UInt8, Sendable, Hashable {
        case v4 = 4
        case v6 = 6

        /// The address's length in bits: 32 or 128.
        public var bitWidth: Int { self == .v4 ? 32 : 128 }
    }

    public let family: Family
    /// The address as a number in host order; an IPv4 address uses the low 32 bits.
    public let bits: UInt128

    public init(v4 bits: UInt32) {
        self.family = .v4
        self.bits = UInt128(bits)
    }

    public init(v6 bits: UInt128) {
        let isMapped = bits >> 32 == 0xffff
        self.family = isMapped ? .v4 : .v6
        self.bits = isMapped ? bits & 0xffff_ffff : bits
    }

    /// From 4 or 16 octets in network order; `nil` for any other count.
    public init?(octets: some Collection<UInt8>) {
        switch octets.count {
        case 4: self.init(v4: octets.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: self.init(v6: octets.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }

    /// From `192.0.2.1` or `2001:db8::1`, as `inet_pton(3)` reads them; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let text = String(text)
        // The C library would read only up to a NUL.
        guard !text.utf8.contains(0) else { return nil }
        var v4 = in_addr()
        var v6 = in6_addr()
        if unsafe inet_pton(AF_INET, text, &v4) == 1 {
            self.init(v4: UInt32(bigEndian: v4.s_addr))
        } else if unsafe inet_pton(AF_INET6, text, &v6) == 1 {
            let octets = unsafe withUnsafeBytes(of: &v6) { unsafe [UInt8]($0) }
            self.init(octets: octets)
        } else {
            return nil
        }
    }

    /// 4 or 16 octets in network order.
    public var octets: [UInt8] {
        let width = family.bitWidth
        return stride(from: width - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt128($0)) }
    }

    /// `0.0.0.0` or `::`: any local address.
    public var isUnspecified: Bool { bits == 0 }
}

extension IPAddress: CustomStringConvertible {
    /// The text form of `inet_ntop(3)`: dotted decimal, or IPv6 compressed as RFC 5952 asks.
    public var description: String {
        var text = OctetWriter(capacity: 64)
        append(to: &text)
        return text.text()
    }

    /// The same as octets.
    public func append(to text: inout OctetWriter) {
        if family == .v4 { return text.append(dotted: UInt32(truncatingIfNeeded: bits)) }
        let octets = self.octets
        var form = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let isWritten = unsafe inet_ntop(AF_INET6, octets, &form, socklen_t(form.count)) != nil
        guard isWritten else { return text.append("?") }
        for character in form.prefix(while: { $0 != 0 }) { text.append(UInt8(bitPattern: character)) }
    }
}

extension IPAddress: Comparable {
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        (left.family.rawValue, left.bits) < (right.family.rawValue, right.bits)
    }
}
