package import Basics

/// What a pcapng interface description block says: the link type, the interface's name, and how its packets' times
/// count.
package struct PcapngInterface: Sendable, Hashable {
    package var linkType: LinkType
    /// The longest packet kept whole; 0 for no limit.
    package var snapLength: Int
    /// `if_name`.
    package var name: String?
    /// `if_tsresol`: ticks of 10^-n s, or of 2^-n s where the top bit is set.
    package var resolution: UInt8 = 6
    /// `if_tsoffset`: seconds to add to each time.
    package var offsetSeconds: Int64 = 0

    /// From the block's body (without type and lengths); `nil` if its fixed part is cut. Options that run past the end
    /// close the list: they are no reason to refuse the packets.
    package init?(_ body: ArraySlice<UInt8>, _ order: ByteOrder) {
        guard let linkType = body.number(UInt16.self, at: 0, order),
            let snapLength = body.number(UInt32.self, at: 4, order)
        else { return nil }
        self.linkType = LinkType(rawValue: linkType)
        self.snapLength = Int(snapLength)
        var at = 8
        while let code = body.number(UInt16.self, at: at, order),
            let length = body.number(UInt16.self, at: at + 2, order), code != 0,
            let value = body.octets(at: at + 4, Int(length))
        {
            switch code {
            case 2:
                // Some writers end the name with a NUL of their own.
                name = String(decoding: value.prefix { $0 != 0 }, as: UTF8.self)
            case 9: resolution = value.first ?? resolution
            case 14: offsetSeconds = value.number(UInt64.self, at: 0, order).map(Int64.init(bitPattern:)) ?? 0
            default: break
            }
            at += 4 + (Int(length) + 3) / 4 * 4
        }
    }

    /// The moment that a packet's counter tells, held within what a `Timestamp` can say.
    package func time(ticks: UInt64) -> Timestamp {
        let exponent = Int(resolution & 0x7f)
        let scaled = UInt128(ticks) * 1_000_000_000
        var nanoseconds: UInt128
        if resolution & 0x80 != 0 {
            nanoseconds = scaled >> UInt128(exponent)
        } else {
            // Beyond 10^28 ticks a second even the largest counter is less than a nanosecond.
            nanoseconds = exponent > 28 ? 0 : scaled
            if exponent <= 28 {
                for _ in 0..<exponent { nanoseconds /= 10 }
            }
        }
        let sum = Int128(nanoseconds) + Int128(offsetSeconds) * 1_000_000_000
        return Timestamp(nanoseconds: Int64(clamping: sum))
    }
}
