/// A pattern with `*` (any run of characters, also none) and `?` (one character); everything else stands for itself,
/// case included.
///
/// Matching steps back at most to the last `*`, so that it takes at most (text × pattern) steps whatever a device
/// sends, and allocates nothing.
public struct Glob: Sendable, Hashable {
    public let pattern: String
    private let octets: [UInt8]

    private static let star = UInt8(ascii: "*")
    private static let question = UInt8(ascii: "?")

    public init(_ pattern: String) {
        self.pattern = pattern
        // Runs of stars are one star.
        var octets: [UInt8] = []
        for octet in pattern.utf8 where octet != Glob.star || octets.last != Glob.star { octets.append(octet) }
        self.octets = octets
    }

    public static func isPattern(_ text: some StringProtocol) -> Bool {
        text.utf8.contains { $0 == star || $0 == question }
    }

    public func matches(_ text: String) -> Bool { matches(text.utf8) }

    /// Whether the whole text, UTF-8, fits the pattern.
    public func matches<Text: Collection>(_ text: Text) -> Bool where Text.Element == UInt8 {
        var position = text.startIndex
        var element = 0
        // Where to go on if what follows the last star does not fit: one character later in the text.
        var retry: (position: Text.Index, element: Int)?
        while position != text.endIndex {
            if element < octets.count {
                let expected = octets[element]
                if expected == Glob.star {
                    element += 1
                    retry = (position, element)
                    continue
                }
                if expected == Glob.question {
                    position = Glob.characterEnd(after: position, in: text)
                    element += 1
                    continue
                }
                if expected == text[position] {
                    position = text.index(after: position)
                    element += 1
                    continue
                }
            }
            guard let last = retry else { return false }
            position = Glob.characterEnd(after: last.position, in: text)
            element = last.element
            retry = (position, element)
        }
        return octets[element...].allSatisfy { $0 == Glob.star }
    }

    /// Past the character (Unicode scalar) at `position`: its first octet and the continuation octets (RFC 3629 §3).
    private static func characterEnd<Text: Collection>(
        after position: Text.Index, in text: Text
    ) -> Text.Index where Text.Element == UInt8 {
        var next = text.index(after: position)
        while next != text.endIndex, text[next] & 0xc0 == 0x80 { next = text.index(after: next) }
        return next
    }

    /// Whether every text that `other` matches is matched by this pattern too. Says `true` only where it is sure:
    /// equal patterns, `*`, a plain text, and a prefix with a closing star.
    public func covers(_ other: Glob) -> Bool {
        if self == other || octets == [Glob.star] { return true }
        if !Glob.isPattern(other.pattern) { return matches(other.pattern) }
        guard octets.last == Glob.star, !Glob.isPattern(pattern.dropLast()) else { return false }
        return other.octets.starts(with: octets.dropLast())
    }

    public static func == (left: Glob, right: Glob) -> Bool { left.octets == right.octets }
    public func hash(into hasher: inout Hasher) { hasher.combine(octets) }
}
