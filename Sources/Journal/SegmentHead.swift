internal import Captures

/// What stands before a segment's first record: the section header, and a description of each interface.
struct SegmentHead: Sendable, Hashable {
    /// What the segment says about the one before it. Numbers between the two are those of segments that the same
    /// writer gave up, or could not begin, before anything in them was durable.
    struct Predecessor: Sendable, Hashable {
        /// 0 for the first segment of all. The segment need not be there any more.
        var number: UInt64
        /// Where that segment ends, whatever its file holds beyond: a failed commit was written again in this one. 0
        /// where the writer did not know, since the segment is another process's.
        var end: UInt64
    }

    /// The most interfaces that a segment describes: far more than a server has listeners.
    static let mostInterfaces = 1_024
    /// The longest interface name kept, in octets.
    static let longestName = 255
    /// An interface's description with the longest name.
    static let longestInterface = 64 + 256
    /// Room for every interface with the longest name.
    static let longest = 512 + mostInterfaces * longestInterface

    /// pcapng's custom option, binary and safe to copy.
    private static let customOption: UInt16 = 2_989
    /// The enterprise number reserved for documentation, as for Trapline's own MIB.
    private static let enterprise: UInt32 = 32_473

    var interfaces: [String]
    var predecessor: Predecessor?

    /// Whether this head tells that the segment of that number, a lower one than its own, holds nothing that counts.
    func passesOver(_ number: UInt64) -> Bool {
        predecessor.map { $0.number < number } ?? false
    }

    func encoded() -> [UInt8] {
        var options: [PcapngWriter.Option] = []
        if let predecessor {
            options = [PcapngWriter.Option(code: Self.customOption, value: Self.value(predecessor))]
        }
        var writer = PcapngWriter(application: "Trapline", options: options)
        for interface in interfaces { _ = writer.addInterface(name: Self.cut(interface)) }
        return writer.takeBytes()
    }

    /// The head with which `bytes` begin, and its length; `nil` if they begin with no section header of ours.
    static func decode(_ bytes: [UInt8]) -> (head: SegmentHead, length: Int)? {
        var head = SegmentHead(interfaces: [], predecessor: nil)
        guard let section = block(bytes, at: 0), section.type == 0x0a0d_0d0a,
            number(section.body, at: 0, as: UInt32.self) == 0x1a2b_3c4d
        else { return nil }
        head.predecessor = predecessor(section.body.dropFirst(16))
        var length = section.length
        while head.interfaces.count < mostInterfaces, let block = block(bytes, at: length), block.type == 1,
            let interface = PcapngInterface(block.body, .little)
        {
            head.interfaces.append(interface.name ?? "interface \(head.interfaces.count)")
            length += block.length
        }
        return (head, length)
    }

    /// The name up to its limit, cut between characters.
    private static func cut(_ name: String) -> String {
        var name = name
        while name.utf8.count > longestName { name.removeLast(max(1, (name.utf8.count - longestName) / 32)) }
        return name
    }

    private static func value(_ predecessor: Predecessor) -> [UInt8] {
        octets(enterprise) + octets(predecessor.number) + octets(predecessor.end)
    }

    private static func predecessor(_ options: ArraySlice<UInt8>) -> Predecessor? {
        var rest = options
        while let code = number(rest, at: 0, as: UInt16.self), code != 0,
            let length = number(rest, at: 2, as: UInt16.self).map(Int.init), rest.count >= 4 + length
        {
            if code == customOption, length == 20, number(rest, at: 4, as: UInt32.self) == enterprise,
                let number = number(rest, at: 8, as: UInt64.self), let end = Self.number(rest, at: 16, as: UInt64.self)
            {
                return Predecessor(number: number, end: end)
            }
            rest = rest.dropFirst(4 + (length + 3) & ~3)
        }
        return nil
    }

    private static func block(_ bytes: [UInt8], at offset: Int) -> (type: UInt32, body: ArraySlice<UInt8>, length: Int)?
    {
        let rest = bytes[min(offset, bytes.count)...]
        guard let type = number(rest, at: 0, as: UInt32.self),
            let length = number(rest, at: 4, as: UInt32.self).map(Int.init), length >= 12, length & 3 == 0,
            length <= rest.count, number(rest, at: length - 4, as: UInt32.self).map(Int.init) == length
        else { return nil }
        return (type, rest[offset + 8..<offset + length - 4], length)
    }

    private static func number<Number: FixedWidthInteger>(
        _ bytes: ArraySlice<UInt8>, at offset: Int, as type: Number.Type
    ) -> Number? {
        let field = bytes.dropFirst(offset).prefix(MemoryLayout<Number>.size)
        guard field.count == MemoryLayout<Number>.size else { return nil }
        return field.reversed().reduce(0) { $0 << 8 | Number($1) }
    }

    private static func octets<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<MemoryLayout<Number>.size).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
    }
}
