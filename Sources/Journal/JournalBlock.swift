internal import Basics
internal import Captures

/// A record's form in a segment: a pcapng enhanced packet block that holds a rebuilt IP packet and one option, the hash.
///
/// The hash is `epb_hash` with algorithm 2, a CRC-32 stored most significant octet first. Its input is, in this order:
/// the segment's number and the block's offset in the file (8 octets each, little-endian), the block's first 28 octets
/// as they stand (type, total length, interface, time, both packet lengths), and the packet with its padding. With the
/// position in it, a block that somebody sent inside a datagram's payload can never pass for one of the journal's own.
enum JournalBlock {
    /// Type, total length, interface, time high, time low, captured length, original length.
    private static let headerLength = 28
    /// The hash option (4 + 8), the end of options (4) and the closing length (4).
    private static let trailerLength = 20
    static let shortest = headerLength + trailerLength
    /// Around the largest IPv6 packet: 40 octets of header before 65,535 of UDP.
    static let longest = headerLength + 65_576 + trailerLength

    private static let enhancedPacket: UInt32 = 6
    /// Code 3 and length 5; what follows is the algorithm, the checksum and three octets of padding.
    private static let hashOption: UInt32 = 3 | 5 << 16
    private static let crc32Algorithm: UInt8 = 2

    /// The longest payload that a datagram between these addresses can have.
    static func largestPayload(from sender: IPAddress, to receiver: IPAddress) -> Int {
        IPPacket.largestPayload(from: sender, to: receiver)
    }

    /// Appends the entry's block, its hash still to be sealed: that needs the block's place in the file.
    static func append(_ entry: JournalEntry, interface: UInt32, to bytes: inout [UInt8]) -> Int {
        append(
            time: entry.time, from: entry.sender, to: entry.receiver, payload: unsafe entry.payload.span.bytes,
            interface: interface, to: &bytes)
    }

    /// The same for a datagram where it lies.
    static func append(
        time: Timestamp, from sender: Endpoint, to receiver: Endpoint, payload: RawSpan, interface: UInt32,
        to bytes: inout [UInt8]
    ) -> Int {
        let base = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: headerLength))
        let packetLength = IPPacket.append(from: sender, to: receiver, payload: payload, to: &bytes)
        let padding = -packetLength & 3
        bytes.append(contentsOf: repeatElement(0, count: padding + trailerLength))
        let length = bytes.count - base
        let ticks = UInt64(max(0, time.nanoseconds))

        var span = bytes.mutableSpan
        // Octets are numbers, of which every pattern is one: nothing unsafe can be stored through this view.
        var raw = unsafe span.mutableBytes
        store(enhancedPacket, base, in: &raw)
        store(UInt32(length), base + 4, in: &raw)
        store(interface, base + 8, in: &raw)
        store(UInt32(ticks >> 32), base + 12, in: &raw)
        store(UInt32(truncatingIfNeeded: ticks), base + 16, in: &raw)
        store(UInt32(packetLength), base + 20, in: &raw)
        store(UInt32(packetLength), base + 24, in: &raw)
        store(hashOption, base + length - 20, in: &raw)
        store(UInt32(crc32Algorithm), base + length - 16, in: &raw)
        store(UInt32(length), base + length - 4, in: &raw)
        return length
    }

    /// Has the block at `base` bear another interface's number; its hash is still to be sealed.
    static func stamp(_ bytes: inout [UInt8], at base: Int, interface: UInt32) {
        var span = bytes.mutableSpan
        var raw = unsafe span.mutableBytes
        store(interface, base + 8, in: &raw)
    }

    /// Writes the hash of the block of `length` octets at `base`, which will stand at `position`.
    static func seal(_ bytes: inout [UInt8], at base: Int, length: Int, position: JournalPosition) {
        let checksum = unsafe checksum(bytes.span.bytes.extracting(base..<base + length), position)
        var span = bytes.mutableSpan
        var raw = unsafe span.mutableBytes
        raw.storeBytes(of: checksum.bigEndian, toByteOffset: base + length - 15, as: UInt32.self)
    }

    /// The length that the block which ends with `bytes` tells, if one does; `bytes` have at least four octets.
    static func closingLength(_ bytes: RawSpan) -> UInt32 {
        number(bytes, bytes.byteCount - 4)
    }

    /// The length of the whole, undamaged block with which `bytes` begin, if one stands there; `bytes` may go on.
    static func check(_ bytes: RawSpan, position: JournalPosition) -> Int? {
        guard bytes.byteCount >= shortest, number(bytes, 0) == enhancedPacket else { return nil }
        let length = Int(number(bytes, 4))
        guard length >= shortest, length <= min(longest, bytes.byteCount), length & 3 == 0,
            number(bytes, length - 4) == length
        else { return nil }
        let packetLength = Int(number(bytes, 20))
        guard packetLength <= length, headerLength + (packetLength + 3) & ~3 + trailerLength == length,
            number(bytes, length - 20) == hashOption, octet(bytes, length - 16) == crc32Algorithm
        else { return nil }
        let stored = unsafe UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: length - 15, as: UInt32.self))
        return checksum(bytes.extracting(0..<length), position) == stored ? length : nil
    }

    /// Reads the record of a block that ``check(_:position:)`` passed. `nil` if its packet is none that this journal
    /// writes, which only a writer of another kind can bring about.
    static func entry(_ block: RawSpan, interfaces: [String]) -> JournalEntry? {
        let interface = Int(number(block, 8))
        let ticks = UInt64(number(block, 12)) << 32 | UInt64(number(block, 16))
        let packet = block.extracting(headerLength..<headerLength + Int(number(block, 20)))
        guard packet.byteCount >= IPPacket.headerLengthV4 else { return nil }
        let sender: IPAddress
        let receiver: IPAddress
        let udp: Int
        switch octet(packet, 0) {
        case 0x45:
            udp = 20
            sender = unsafe IPAddress(
                v4: UInt32(bigEndian: packet.unsafeLoadUnaligned(fromByteOffset: 12, as: UInt32.self)))
            receiver = unsafe IPAddress(
                v4: UInt32(bigEndian: packet.unsafeLoadUnaligned(fromByteOffset: 16, as: UInt32.self)))
        case 0x60 where packet.byteCount >= IPPacket.headerLengthV6:
            udp = 40
            sender = unsafe IPAddress(
                v6: UInt128(bigEndian: packet.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt128.self)))
            receiver = unsafe IPAddress(
                v6: UInt128(bigEndian: packet.unsafeLoadUnaligned(fromByteOffset: 24, as: UInt128.self)))
        default:
            return nil
        }
        func port(_ offset: Int) -> UInt16 {
            unsafe UInt16(bigEndian: packet.unsafeLoadUnaligned(fromByteOffset: udp + offset, as: UInt16.self))
        }
        let payload = packet.extracting((udp + 8)..<packet.byteCount)
        return JournalEntry(
            time: Timestamp(nanoseconds: Int64(clamping: ticks)),
            interface: interface < interfaces.count ? interfaces[interface] : "interface \(interface)",
            sender: Endpoint(sender, port: port(0)), receiver: Endpoint(receiver, port: port(2)),
            payload: unsafe payload.withUnsafeBytes { unsafe [UInt8]($0) })
    }

    private static func checksum(_ block: RawSpan, _ position: JournalPosition) -> UInt32 {
        var checksum = CRC32()
        let place: InlineArray<2, UInt64> = [position.segment.littleEndian, position.offset.littleEndian]
        unsafe checksum.update(place.span.bytes)
        checksum.update(block.extracting(0..<block.byteCount - trailerLength))
        return checksum.checksum
    }

    private static func store(_ number: UInt32, _ offset: Int, in bytes: inout MutableRawSpan) {
        bytes.storeBytes(of: number.littleEndian, toByteOffset: offset, as: UInt32.self)
    }

    private static func number(_ bytes: RawSpan, _ offset: Int) -> UInt32 {
        unsafe UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    private static func octet(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
        unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}
