internal import Basics

// Which octets are a text, asked eight at a time: nearly all texts of devices are ASCII.

extension RawSpan {
    /// The octet at an offset that the caller has seen to lie within.
    @inline(__always)
    func octet(_ offset: Int) -> UInt8 {
        unsafeLoadChecked(offset)
    }

    @inline(__always)
    private func unsafeLoadChecked(_ offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < byteCount, "an octet outside of the value")
        return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    var withoutTrailingNULs: RawSpan {
        @_lifetime(copy self)
        get {
            var end = byteCount
            while end > 0, octet(end - 1) == 0 { end -= 1 }
            return extracting(0..<end)
        }
    }

    /// Nothing but ASCII, and no NUL.
    var isASCIIWithoutNUL: Bool {
        allWords { word in
            let high = word & Words.highs
            return high == 0 && Words.hasZero(word) == false
        } octet: { octet in
            octet > 0 && octet < 0x80
        }
    }

    /// Nothing but ASCII that prints, and blanks and line ends.
    var isPrintableASCII: Bool {
        allWords { word in
            let isBelowBlank = (word &- 0x2020_2020_2020_2020) & ~word & Words.highs != 0
            return word & Words.highs == 0 && !isBelowBlank && !Words.hasZero(word ^ 0x7f7f_7f7f_7f7f_7f7f)
        } octet: { octet in
            (0x20...0x7e).contains(octet) || (0x09...0x0d).contains(octet)
        }
    }

    /// Where a word does not pass, its octets decide.
    @inline(__always)
    private func allWords(_ word: (UInt64) -> Bool, octet isGood: (UInt8) -> Bool) -> Bool {
        var offset = 0
        while offset + 8 <= byteCount {
            // In bounds, and any 8 octets are a UInt64.
            let next = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
            if !word(next) {
                for position in offset..<offset + 8 where !isGood(octet(position)) { return false }
            }
            offset += 8
        }
        while offset < byteCount {
            if !isGood(octet(offset)) { return false }
            offset += 1
        }
        return true
    }
}

/// Arithmetic on eight octets in one number.
private enum Words {
    static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Whether one of the eight is 0.
    @inline(__always)
    static func hasZero(_ word: UInt64) -> Bool {
        (word &- 0x0101_0101_0101_0101) & ~word & highs != 0
    }
}
