internal import Basics

/// Reads the packets of a capture file, pcap or pcapng, one after another.
///
/// Parsing is total: any octets give packets and, where they stop making sense, one ``CaptureError``; what stood before
/// the damage has been read by then. A file is read by pieces, so its size does not matter.
public struct CaptureReader {
    private enum Format {
        case pcap(PcapReader)
        case pcapng(PcapngReader)
    }

    private let input: CaptureInput
    private var format: Format
    private var isFinished = false

    /// Opens a file; `-` is standard input.
    public init(path: String) throws(CaptureError) {
        try self.init(CaptureInput(path: path))
    }

    /// Reads a capture that is already in memory; `name` stands in errors.
    public init(bytes: [UInt8], name: String = "capture") throws(CaptureError) {
        try self.init(CaptureInput(bytes: bytes, name: name))
    }

    private init(_ input: CaptureInput) throws(CaptureError) {
        self.input = input
        let start = try input.peek(4)
        if let pcap = try PcapReader(start: start, input: input) {
            self.format = .pcap(pcap)
        } else if PcapngReader.recognises(start) {
            self.format = .pcapng(PcapngReader())
        } else {
            throw CaptureError(.notACapture, path: input.path, offset: 0, detail: Self.guess(start))
        }
    }

    /// The next packet; `nil` at the end, and after an error was thrown.
    public mutating func next() throws(CaptureError) -> CapturedPacket? {
        guard !isFinished else { return nil }
        do throws(CaptureError) {
            let packet: CapturedPacket?
            switch format {
            case .pcap(let reader):
                packet = try reader.next(from: input)
            case .pcapng(var reader):
                packet = try reader.next(from: input)
                format = .pcapng(reader)
            }
            isFinished = packet == nil
            return packet
        } catch {
            isFinished = true
            throw error
        }
    }

    /// What a file that is no capture may be instead, for the commonest slips.
    private static func guess(_ start: ArraySlice<UInt8>) -> String {
        if start.isEmpty { return "the file is empty" }
        if start.starts(with: [0x1f, 0x8b]) { return "compressed by gzip; unpack it first (gunzip)" }
        if start.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { return "compressed by zstd; unpack it first (unzstd)" }
        if start.starts(with: Array("snoo".utf8)) { return "a snoop file; convert it first (editcap -F pcapng)" }
        return "neither pcap nor pcapng"
    }
}
