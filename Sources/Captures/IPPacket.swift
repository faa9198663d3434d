public import Basics

/// Rebuilds the IP and UDP headers around a payload, so that a packet tool shows who sent it to whom.
///
/// The headers are those of an unfragmented datagram: IPv4 with identification 0 and "don't fragment" (an atomic
/// datagram, RFC 6864 §4), or IPv6 without extension headers; 64 hops to go; checksums as RFC 791, 768 and 8200 §8.1
/// ask. Where only one of the two addresses is IPv4 the packet is IPv6 and that address mapped (RFC 4291 §2.5.5.2).
public enum IPPacket {
    /// Octets of the IPv4 and UDP headers, and of the IPv6 and UDP headers.
    package static let headerLengthV4 = 20 + 8
    package static let headerLengthV6 = 40 + 8

    private static let protocolUDP: UInt8 = 17
    private static let hopLimit: UInt8 = 64

    /// The longest payload that the length fields can tell between these addresses: 65,507 octets over IPv4, 65,527 over
    /// IPv6.
    public static func largestPayload(from sender: IPAddress, to receiver: IPAddress) -> Int {
        isV4(sender, receiver) ? 65_535 - headerLengthV4 : 65_535 - 8
    }

    /// The packet, from its IP header on. What a payload has beyond ``largestPayload(from:to:)`` is left out: no UDP
    /// datagram has more.
    public static func udp(from sender: Endpoint, to receiver: Endpoint, payload: some Collection<UInt8>) -> [UInt8] {
        var packet: [UInt8] = []
        let payload = Array(payload)
        append(from: sender, to: receiver, payload: unsafe payload.span.bytes, to: &packet)
        return packet
    }

    package static func isV4(_ sender: IPAddress, _ receiver: IPAddress) -> Bool {
        sender.family == .v4 && receiver.family == .v4
    }

    /// Appends the packet to `bytes` without an allocation of its own; returns the packet's length.
    @discardableResult
    package static func append(
        from sender: Endpoint, to receiver: Endpoint, payload: RawSpan, to bytes: inout [UInt8]
    ) -> Int {
        let isV4 = isV4(sender.address, receiver.address)
        let base = bytes.count
        let udp = base + (isV4 ? 20 : 40)
        bytes.append(contentsOf: repeatElement(0, count: udp + 8 - base))
        let largest = largestPayload(from: sender.address, to: receiver.address)
        let carried = payload.extracting(first: largest)
        unsafe carried.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        let end = bytes.count
        let udpLength = UInt16(truncatingIfNeeded: end - udp)

        var span = bytes.mutableSpan
        // Octets are numbers, of which every pattern is one: nothing unsafe can be stored through this view.
        var raw = unsafe span.mutableBytes
        if isV4 {
            raw.storeBytes(of: 0x45, toByteOffset: base, as: UInt8.self)
            raw.storeBytes(
                of: UInt16(truncatingIfNeeded: end - base).bigEndian, toByteOffset: base + 2, as: UInt16.self)
            raw.storeBytes(of: UInt16(0x4000).bigEndian, toByteOffset: base + 6, as: UInt16.self)
            raw.storeBytes(of: hopLimit, toByteOffset: base + 8, as: UInt8.self)
            raw.storeBytes(of: protocolUDP, toByteOffset: base + 9, as: UInt8.self)
            let source = UInt32(truncatingIfNeeded: sender.address.bits)
            let destination = UInt32(truncatingIfNeeded: receiver.address.bits)
            raw.storeBytes(of: source.bigEndian, toByteOffset: base + 12, as: UInt32.self)
            raw.storeBytes(of: destination.bigEndian, toByteOffset: base + 16, as: UInt32.self)
            let checksum = ~InternetChecksum.folded(InternetChecksum.sum(raw.bytes, base..<udp))
            raw.storeBytes(of: checksum, toByteOffset: base + 10, as: UInt16.self)
        } else {
            raw.storeBytes(of: 0x60, toByteOffset: base, as: UInt8.self)
            raw.storeBytes(of: udpLength.bigEndian, toByteOffset: base + 4, as: UInt16.self)
            raw.storeBytes(of: protocolUDP, toByteOffset: base + 6, as: UInt8.self)
            raw.storeBytes(of: hopLimit, toByteOffset: base + 7, as: UInt8.self)
            raw.storeBytes(of: sender.address.bitsV6.bigEndian, toByteOffset: base + 8, as: UInt128.self)
            raw.storeBytes(of: receiver.address.bitsV6.bigEndian, toByteOffset: base + 24, as: UInt128.self)
        }
        raw.storeBytes(of: sender.port.bigEndian, toByteOffset: udp, as: UInt16.self)
        raw.storeBytes(of: receiver.port.bigEndian, toByteOffset: udp + 2, as: UInt16.self)
        raw.storeBytes(of: udpLength.bigEndian, toByteOffset: udp + 4, as: UInt16.self)
        // The pseudo-header: both addresses, which stand just before the UDP header in either version, protocol, length.
        let addresses = udp - (isV4 ? 8 : 32)
        let sum =
            InternetChecksum.sum(raw.bytes, addresses..<end) + UInt64(UInt16(protocolUDP).bigEndian)
            + UInt64(udpLength.bigEndian)
        let checksum = ~InternetChecksum.folded(sum)
        // 0 would say "no checksum"; all ones is the same number.
        raw.storeBytes(of: checksum == 0 ? 0xffff : checksum, toByteOffset: udp + 6, as: UInt16.self)
        return end - base
    }
}

extension IPAddress {
    /// The address as IPv6 writes it, an IPv4 address mapped.
    fileprivate var bitsV6: UInt128 { family == .v6 ? bits : 0xffff_0000_0000 | bits }
}

/// The Internet checksum (RFC 1071). Its sum does not depend on byte order, so octets are added as the machine loads
/// them, eight at a time, and the result is stored as it is.
package enum InternetChecksum {
    /// The sum of the 16-bit words in `range`, not yet folded; an odd octet at the end counts as followed by 0. Ranges
    /// up to 64 KiB cannot overflow it.
    package static func sum(_ bytes: RawSpan, _ range: Range<Int>) -> UInt64 {
        var sum: UInt64 = 0
        var at = range.lowerBound
        while at &+ 8 <= range.upperBound {
            let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
            sum &+= (word & 0xffff_ffff) &+ (word >> 32)
            at &+= 8
        }
        while at &+ 2 <= range.upperBound {
            sum &+= UInt64(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt16.self))
            at &+= 2
        }
        if at < range.upperBound {
            let last = unsafe bytes.unsafeLoad(fromByteOffset: at, as: UInt8.self)
            sum &+= UInt64(UInt16(littleEndian: UInt16(last)))
        }
        return sum
    }

    package static func folded(_ sum: UInt64) -> UInt16 {
        var sum = sum
        while sum > 0xffff { sum = (sum & 0xffff) &+ (sum >> 16) }
        return UInt16(truncatingIfNeeded: sum)
    }
}
