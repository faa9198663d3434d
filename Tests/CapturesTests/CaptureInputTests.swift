import Foundation
import Glibc
import Testing

@testable import Captures

@Suite struct CaptureInputTests {
    /// Records of changing lengths over many pieces, so that some lie across each border.
    private func largeCapture() -> (capture: [UInt8], lengths: [Int]) {
        let lengths = (0..<60).map { 1 + ($0 * 7_919) % 65_000 }
        return (Wire.pcap(lengths.map { [UInt8](repeating: UInt8($0 & 0xff), count: $0) }), lengths)
    }

    @Test func aFileIsReadByPieces() throws {
        let (capture, lengths) = largeCapture()
        #expect(capture.count > 4 * CaptureInput.pieceSize)
        let file = try TemporaryFile(capture)
        var reader = try CaptureReader(path: file.path)
        var read: [[UInt8]] = []
        while let packet = try reader.next() { read.append(Array(packet.bytes)) }
        #expect(read == lengths.map { [UInt8](repeating: UInt8($0 & 0xff), count: $0) })
    }

    @Test func aPipeIsReadAsItFills() throws {
        let (capture, lengths) = largeCapture()
        let path = FileManager.default.temporaryDirectory.appending(path: "trapline-pipe-\(UUID().uuidString)").path
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        Thread {
            guard let pipe = fopen(path, "w") else { return }
            for start in stride(from: 0, to: capture.count, by: 10_007) {
                fwrite(
                    Array(capture[start..<min(start + 10_007, capture.count)]), 1, min(10_007, capture.count - start),
                    pipe)
            }
            fclose(pipe)
        }.start()
        var reader = try CaptureReader(path: path)
        var count = 0
        while let packet = try reader.next() {
            #expect(packet.bytes.count == lengths[count])
            count += 1
        }
        #expect(count == lengths.count)
    }

    @Test func aLargeUnknownBlockIsPassedOverByPieces() throws {
        let packet = Wire.ipv4(Wire.udp([1]))
        let large = Wire.block(77, [UInt8](repeating: 1, count: 16_000_000))
        let capture = Wire.file(Wire.section(), Wire.interface(), large, Wire.enhanced(packet))
        let file = try TemporaryFile(capture)
        var reader = try DatagramReader(path: file.path)
        #expect(try reader.next()?.payload == [1])
    }

    @Test func offsetsAreThoseOfTheFile() throws {
        let input = CaptureInput(bytes: Array(0..<100), name: "x")
        #expect(try input.peek(3) == [0, 1, 2])
        #expect(input.offset == 0)
        #expect(try input.take(10, "a") == ArraySlice(0..<10))
        try input.skip(80, "b")
        #expect(input.offset == 90)
        #expect(try input.take(10, "c") == ArraySlice(90..<100))
        #expect(try input.take(1, "d") == nil)
        #expect { try input.skip(1, "e") } throws: { ($0 as? CaptureError)?.reason == .truncated }
    }
}
