/// Refuses, before any parser runs, the texts whose aliases would make a parser work without end.
///
/// An alias costs nothing as a value: the tree shares what it names, and `YAMLDocument` bounds what it copies out. As a
/// part of a *key* it is different: keys are compared with each other, and comparing a list of ten aliases to lists of
/// ten aliases to … goes through every path. No configuration has such keys, so text that might is refused.
enum AliasGuard {
    /// More than a hand-written configuration shares; each could double the expanded document.
    static let maximumAliases = 64

    /// What is wrong with the text, if anything.
    static func check(_ text: String) -> (message: String, mark: SourceMark)? {
        var scanner = Scanner(octets: Array(text.utf8))
        return scanner.check()
    }

    private struct Scanner {
        let octets: [UInt8]
        var aliases = 0
        /// The first place where a list, a mapping or an alias may be a key.
        var complexKey: SourceMark?

        init(octets: [UInt8]) {
            self.octets = octets
        }

        mutating func check() -> (message: String, mark: SourceMark)? {
            var mark = SourceMark.start
            for index in octets.indices {
                let octet = octets[index]
                if octet == UInt8(ascii: "*"), isTokenStart(index) {
                    aliases += 1
                    if aliases > maximumAliases { return ("more than \(maximumAliases) aliases (*NAME)", mark) }
                }
                if complexKey == nil, mayEndComplexKey(index) { complexKey = mark }
                if octet == UInt8(ascii: "\n") {
                    mark = SourceMark(line: mark.line + 1, column: 1)
                } else if octet & 0xc0 != 0x80 {
                    mark.column += 1
                }
            }
            guard aliases > 0, let complexKey else { return nil }
            return ("a key must be one word; lists, mappings and aliases (*NAME) stand only as values", complexKey)
        }

        /// Whether a token may begin here, with something after it that is not a blank. Comments and quoted text are
        /// not told apart, which can only count too many.
        private func isTokenStart(_ index: Int) -> Bool {
            let before = index == 0 ? UInt8(ascii: "\n") : octets[index - 1]
            let after = index + 1 < octets.count ? octets[index + 1] : UInt8(ascii: "\n")
            return " \t\r\n[{,:-?".utf8.contains(before) && !" \t\r\n".utf8.contains(after)
        }

        /// `? ` and a `:` after `]`, `}` or an alias: the three ways to write a key that is no scalar.
        private func mayEndComplexKey(_ index: Int) -> Bool {
            if octets[index] == UInt8(ascii: "?") {
                let before = index == 0 ? UInt8(ascii: "\n") : octets[index - 1]
                let after = index + 1 < octets.count ? octets[index + 1] : UInt8(ascii: "\n")
                return " \t\r\n[{,-".utf8.contains(before) && " \t\r\n[{*&".utf8.contains(after)
            }
            guard octets[index] == UInt8(ascii: ":") else { return false }
            var last = index - 1
            while last >= 0, octets[last] == UInt8(ascii: " ") || octets[last] == UInt8(ascii: "\t") { last -= 1 }
            guard last >= 0 else { return false }
            if octets[last] == UInt8(ascii: "}") { return true }
            if octets[last] == UInt8(ascii: "]") { return !isBracketedAddress(endingAt: last) }
            return last < index - 1 && isAlias(endingAt: last)
        }

        /// `[::]` and `[2001:db8::1]`: an address with its port, the one honest reason for `]:`.
        private func isBracketedAddress(endingAt end: Int) -> Bool {
            let longestAddress = 45
            for index in stride(from: end - 1, through: max(0, end - longestAddress - 1), by: -1) {
                if octets[index] == UInt8(ascii: "[") { return true }
                guard "0123456789abcdefABCDEF:.".utf8.contains(octets[index]) else { return false }
            }
            return false
        }

        private func isAlias(endingAt end: Int) -> Bool {
            var index = end
            while index >= 0, !" \t\r\n[]{},".utf8.contains(octets[index]) {
                if octets[index] == UInt8(ascii: "*") { return isTokenStart(index) }
                index -= 1
            }
            return false
        }
    }
}
