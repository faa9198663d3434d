public import Basics

/// Writes pcapng blocks into memory: a section header, interfaces with names and nanosecond times, packets. Little-endian,
/// as every machine that reads it is today.
public struct PcapngWriter: Sendable {
    /// A block's option: a number from the pcapng specification and its octets.
    public struct Option: Sendable, Hashable {
        public static let comment: UInt16 = 1

        public var code: UInt16
        public var value: [UInt8]

        public init(code: UInt16, value: some Collection<UInt8>) {
            self.code = code
            self.value = Array(value)
        }
    }

    private var bytes: [UInt8] = []
    private var interfaceCount: UInt32 = 0

    /// Begins a section written by `application` (`shb_userappl`).
    public init(application: String = "Trapline", options: [Option] = []) {
        var body = Octets()
        body.append(0x1a2b_3c4d as UInt32)
        body.append(1 as UInt16)  // version 1.0
        body.append(0 as UInt16)
        body.append(UInt64.max)  // section length: not told, the section grows
        body.append([Option(code: 4, value: application.utf8)] + options)
        append(type: 0x0a0d_0d0a, body)
    }

    /// Describes an interface whose packets' times are in nanoseconds; returns its number in the section.
    public mutating func addInterface(name: String?, linkType: LinkType = .raw, snapLength: UInt32 = 0) -> UInt32 {
        var body = Octets()
        body.append(linkType.rawValue)
        body.append(0 as UInt16)
        body.append(snapLength)
        var options = [Option(code: 9, value: [9])]
        if let name { options.insert(Option(code: 2, value: name.utf8), at: 0) }
        body.append(options)
        append(type: 1, body)
        interfaceCount += 1
        return interfaceCount - 1
    }

    /// An enhanced packet block. `interface` is a number that ``addInterface(name:linkType:snapLength:)`` returned;
    /// times before 1970, which the format cannot tell, are written as 1970.
    public mutating func addPacket(
        _ packet: some Collection<UInt8>, time: Timestamp, interface: UInt32, originalLength: Int? = nil,
        options: [Option] = []
    ) {
        let ticks = UInt64(max(0, time.nanoseconds))
        var body = Octets()
        body.append(interface)
        body.append(UInt32(ticks >> 32))
        body.append(UInt32(truncatingIfNeeded: ticks))
        body.append(UInt32(clamping: packet.count))
        body.append(UInt32(clamping: originalLength ?? packet.count))
        body.appendPadded(packet)
        if !options.isEmpty { body.append(options) }
        append(type: 6, body)
    }

    /// What was written since the last call, for a caller that writes piece by piece.
    public mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    private mutating func append(type: UInt32, _ body: Octets) {
        var block = Octets()
        let length = UInt32(body.bytes.count + 12)
        block.append(type)
        block.append(length)
        block.bytes.append(contentsOf: body.bytes)
        block.append(length)
        bytes.append(contentsOf: block.bytes)
    }
}

/// Octets being put together, numbers little-endian.
private struct Octets {
    var bytes: [UInt8] = []

    mutating func append(_ number: some FixedWidthInteger) {
        for shift in stride(from: 0, to: number.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    mutating func appendPadded(_ octets: some Collection<UInt8>) {
        bytes.append(contentsOf: octets)
        bytes.append(contentsOf: repeatElement(0, count: (4 - octets.count % 4) % 4))
    }

    /// Options, closed by the end mark. A value longer than an option can be is cut at that length.
    mutating func append(_ options: [PcapngWriter.Option]) {
        for option in options {
            let value = option.value.prefix(Int(UInt16.max))
            append(option.code)
            append(UInt16(value.count))
            appendPadded(value)
        }
        append(0 as UInt32)
    }
}
