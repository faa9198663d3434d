/// Durations as operators write them: a whole number and a unit, `5ms`, `30s`, `2m`, `1h`, `7d`.
public enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// `nil` for any other text.
    public static func parse(_ text: String) -> Duration? {
        guard let (number, unit) = NumberWithUnit.split(text),
            let milliseconds = units.first(where: { $0.name == unit })?.milliseconds,
            let value = Int64(exactly: number)
        else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: milliseconds)
        return overflow ? nil : .milliseconds(product)
    }

    /// In the largest unit that needs no fraction.
    static func format(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        let unit = units.last { milliseconds != 0 && milliseconds % $0.milliseconds == 0 } ?? units[1]
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
}

/// Sizes in octets as operators write them: a whole number and a unit, `512B`, `10MB` (powers of ten), `64MiB` (powers of
/// two).
enum SizeText {
    private static let units: [(name: String, octets: Int)] = [
        ("B", 1), ("kB", 1_000), ("KB", 1_000), ("KiB", 1 << 10), ("MB", 1_000_000), ("MiB", 1 << 20),
        ("GB", 1_000_000_000), ("GiB", 1 << 30), ("TB", 1_000_000_000_000), ("TiB", 1 << 40),
    ]

    static func parse(_ text: String) -> Int? {
        guard let (number, unit) = NumberWithUnit.split(text),
            let octets = units.first(where: { $0.name == unit })?.octets
        else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: octets)
        return overflow ? nil : product
    }

    /// In the largest unit that needs no fraction, powers of two first.
    static func format(_ octets: Int) -> String {
        let fitting = units.filter { octets != 0 && octets % $0.octets == 0 }
        let unit = fitting.last { $0.name.hasSuffix("iB") } ?? fitting.last ?? units[0]
        return "\(octets / unit.octets)\(unit.name)"
    }
}

private enum NumberWithUnit {
    /// Digits, then letters; a blank between them is taken.
    static func split(_ text: String) -> (number: Int, unit: String)? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard let number = Int(digits) else { return nil }
        let rest = text[digits.endIndex...]
        return (number, String(rest.first == " " ? rest.dropFirst() : rest))
    }
}
