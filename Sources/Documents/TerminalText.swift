/// Text of a trap made safe for a terminal. A device chooses these texts, and a terminal obeys what stands in them:
/// escape sequences move the cursor, set the title or answer back, and marks of direction turn the line around.
public enum TerminalText {
    /// More would push everything else off the screen; the whole text stands in the event log.
    static let limit = 1_024

    /// One line: breaks and tabs become a blank, other control characters and marks of direction are written out.
    public static func line(_ text: String) -> String {
        var line = ""
        var count = 0
        var isAfterBlank = true
        for scalar in text.unicodeScalars {
            guard count < limit else { return line + "…" }
            count += 1
            if isBreak(scalar) || scalar == " " {
                if !isAfterBlank { line.unicodeScalars.append(" ") }
                isAfterBlank = true
                continue
            }
            isAfterBlank = false
            if isHarmful(scalar) {
                line += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
        if line.hasSuffix(" ") { line.removeLast() }
        return line
    }

    /// A line of JSON with those characters escaped that JSON lets stand and a terminal obeys. They can stand in
    /// strings only.
    static func json(_ line: String) -> String {
        guard line.unicodeScalars.contains(where: isHarmful) else { return line }
        var safe = ""
        for scalar in line.unicodeScalars {
            if isHarmful(scalar) {
                let digits = String(scalar.value, radix: 16)
                safe += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0d, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// C0, DEL and C1 (ECMA-48), and the marks of direction (UAX #9). All lie in the Basic Multilingual Plane.
    static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1f, 0x7f...0x9f, 0x61c, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
