import Testing

@testable import trapline_bench

struct SyslogFramesTests {
    private static let stream = "5 hello0 13 twelve octets3 abc"

    private func messages(_ pieces: [String], _ frames: inout SyslogFrames) -> [String] {
        var messages: [String] = []
        for piece in pieces {
            Array(piece.utf8).withUnsafeBytes { octets in
                frames.take(octets) { messages.append(String(decoding: $0, as: UTF8.self)) }
            }
        }
        return messages
    }

    @Test(arguments: 1...stream.utf8.count)
    func cutsTheSameMessagesWhateverThePieces(size: Int) {
        var frames = SyslogFrames()
        let octets = Array(Self.stream.utf8)
        let pieces = stride(from: 0, to: octets.count, by: size).map { start in
            String(decoding: octets[start..<min(octets.count, start + size)], as: UTF8.self)
        }
        #expect(messages(pieces, &frames) == ["hello", "", "twelve octets", "abc"])
        #expect(!frames.isBroken)
    }

    @Test func aMessageThatIsNotThereWholeIsNotTold() {
        var frames = SyslogFrames()
        #expect(messages(["5 hel"], &frames).isEmpty)
        #expect(frames.isInMessage)
        #expect(messages(["lo"], &frames) == ["hello"])
        #expect(!frames.isInMessage)
    }

    @Test(arguments: ["hello", " 5 hello", "1234567 x"])
    func whatHasNoLengthIsBroken(stream: String) {
        var frames = SyslogFrames()
        #expect(messages([stream, "5 hello"], &frames).isEmpty)
        #expect(frames.isBroken)
    }
}
