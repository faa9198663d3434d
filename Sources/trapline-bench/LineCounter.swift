import Foundation

/// Counts the lines of a file that another process appends to. One that begins with a letter is no trap: snmptrapd
/// greets with its name in the same file, and complains there.
struct LineCounter {
    private let path: String
    private var offset: UInt64 = 0
    private var lines = 0
    private var isAtBeginning = true
    private var isTrap = false

    private static let newline = UInt8(ascii: "\n")

    /// The file may come into being later.
    init(path: String) {
        self.path = path
    }

    /// How many traps' lines have been ended so far.
    mutating func count() throws -> Int {
        guard let file = FileHandle(forReadingAtPath: path) else { return 0 }
        defer { try? file.close() }
        try file.seek(toOffset: offset)
        while let octets = try file.read(upToCount: 1 << 20), !octets.isEmpty {
            offset += UInt64(octets.count)
            for octet in octets { take(octet) }
        }
        return lines
    }

    private mutating func take(_ octet: UInt8) {
        if isAtBeginning { isTrap = !Self.isLetter(octet) && octet != Self.newline }
        isAtBeginning = octet == Self.newline
        if isAtBeginning, isTrap { lines += 1 }
    }

    private static func isLetter(_ octet: UInt8) -> Bool {
        // ASCII letters of both cases differ in one bit.
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet | 0x20)
    }
}
