internal import Basics

/// The pcapng format: sections of blocks, each section with its own byte order and its own interfaces. Blocks that carry
/// no packet are passed over, known or not.
struct PcapngReader {
    /// Wireshark's limit for a block; a greater length is damage.
    static let largestBlock = 16 * 1_024 * 1_024
    /// Sections with more interfaces than this exist only in damaged or hostile files.
    static let mostInterfaces = 65_536

    private enum BlockType {
        static let sectionHeader: UInt32 = 0x0a0d_0d0a
        static let interfaceDescription: UInt32 = 1
        static let packet: UInt32 = 2
        static let simplePacket: UInt32 = 3
        static let enhancedPacket: UInt32 = 6
    }

    private var order = ByteOrder.little
    private var interfaces: [PcapngInterface] = []
    private var lastTime = Timestamp(nanoseconds: 0)

    static func recognises(_ start: ArraySlice<UInt8>) -> Bool {
        start.number(UInt32.self, at: 0) == BlockType.sectionHeader
    }

    mutating func next(from input: CaptureInput) throws(CaptureError) -> CapturedPacket? {
        while true {
            let start = input.offset
            let head = try input.peek(12)
            guard !head.isEmpty else { return nil }
            // A section header's type reads the same in both orders, and its magic tells which one holds.
            if Self.recognises(head) {
                try beginSection(head, input)
            }
            guard let type = head.number(UInt32.self, at: 0, order), let length = head.number(UInt32.self, at: 4, order)
            else { throw input.truncated("a block's header", missing: 12 - head.count) }
            guard length >= 12, length % 4 == 0, length <= Self.largestBlock else {
                throw damage("a block of \(length) octets cannot be", start, input)
            }
            _ = try input.take(8, "a block's header")
            let bodyLength = Int(length) - 12
            var packet: CapturedPacket?
            switch type {
            case BlockType.interfaceDescription, BlockType.packet, BlockType.simplePacket, BlockType.enhancedPacket:
                let body = bodyLength == 0 ? [] : try input.take(bodyLength, "a block")
                guard let body else { throw input.truncated("a block", missing: bodyLength) }
                packet = try read(type, body, start, input)
            default:
                try input.skip(bodyLength, "a block")
            }
            guard let trailer = try input.take(4, "a block's closing length") else {
                throw input.truncated("a block's closing length", missing: 4)
            }
            guard trailer.number(UInt32.self, at: 0, order) == length else {
                throw damage("the block's two lengths differ", start, input)
            }
            if let packet {
                lastTime = packet.time
                return packet
            }
        }
    }

    private mutating func beginSection(_ head: ArraySlice<UInt8>, _ input: CaptureInput) throws(CaptureError) {
        switch head.number(UInt32.self, at: 8) {
        case 0x1a2b_3c4d: order = .big
        case 0x4d3c_2b1a: order = .little
        case nil: throw input.truncated("a section header", missing: 12 - head.count)
        default: throw damage("a section header without its byte-order mark", input.offset, input)
        }
        let version = try input.peek(16)
        if let major = version.number(UInt16.self, at: 12, order), major != 1 {
            throw CaptureError(
                .unsupported, path: input.path, offset: input.offset, detail: "pcapng version \(major); 1 is read here")
        }
        interfaces.removeAll()
    }

    private mutating func read(
        _ type: UInt32, _ body: ArraySlice<UInt8>, _ start: UInt64, _ input: CaptureInput
    ) throws(CaptureError) -> CapturedPacket? {
        switch type {
        case BlockType.interfaceDescription:
            guard let interface = PcapngInterface(body, order) else {
                throw damage("an interface description that ends too early", start, input)
            }
            guard interfaces.count < Self.mostInterfaces else {
                throw damage("more than \(Self.mostInterfaces) interfaces in a section", start, input)
            }
            interfaces.append(interface)
            return nil
        case BlockType.simplePacket:
            guard let original = body.number(UInt32.self, at: 0, order) else {
                throw damage("a simple packet block that ends too early", start, input)
            }
            let interface = try interface(0, start, input)
            let limit = interface.snapLength == 0 ? Int.max : interface.snapLength
            let captured = min(Int(original), limit)
            return try packet(body.octets(at: 4, captured), Int(original), interface, lastTime, start, input)
        default:
            // An enhanced packet block, or the packet block that came before it: they differ in the interface's width.
            let number =
                type == BlockType.enhancedPacket
                ? body.number(UInt32.self, at: 0, order) : body.number(UInt16.self, at: 0, order).map(UInt32.init)
            guard let number, let high = body.number(UInt32.self, at: 4, order),
                let low = body.number(UInt32.self, at: 8, order),
                let captured = body.number(UInt32.self, at: 12, order),
                let original = body.number(UInt32.self, at: 16, order)
            else { throw damage("a packet block that ends too early", start, input) }
            let interface = try interface(number, start, input)
            let time = interface.time(ticks: UInt64(high) << 32 | UInt64(low))
            return try packet(body.octets(at: 20, Int(captured)), Int(original), interface, time, start, input)
        }
    }

    private func interface(
        _ number: UInt32, _ start: UInt64, _ input: CaptureInput
    ) throws(CaptureError) -> PcapngInterface {
        guard number < interfaces.count else {
            throw damage("a packet on interface \(number), which was not described", start, input)
        }
        return interfaces[Int(number)]
    }

    private func packet(
        _ bytes: ArraySlice<UInt8>?, _ original: Int, _ interface: PcapngInterface, _ time: Timestamp,
        _ start: UInt64, _ input: CaptureInput
    ) throws(CaptureError) -> CapturedPacket {
        guard let bytes, bytes.count <= PcapReader.largestPacket else {
            throw damage("a packet longer than its block, or than packets can be", start, input)
        }
        return CapturedPacket(
            time: time, interfaceName: interface.name, linkType: interface.linkType, bytes: bytes,
            originalLength: max(original, bytes.count))
    }

    private func damage(_ detail: String, _ offset: UInt64, _ input: CaptureInput) -> CaptureError {
        CaptureError(.damaged, path: input.path, offset: offset, detail: detail)
    }
}
