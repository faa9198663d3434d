internal import Basics
internal import Glibc
internal import SNMPWire

/// Where kept keys lie on disk, readable by their owner alone: a line for each, that says in hexadecimal digits and in
/// the protocols' names what `KeptKeys.Entry` holds. Lines are added while a journal grows.
///
/// What no journal needs any more is left out at a start, and no clock is asked for that: a start begins a new segment of
/// the journal, and marks all keys with its number. What was received with them lies before it, unless they are used
/// again, and then they are added once more without a mark. Once the oldest segment that is retained is the marked one or
/// a later one, nothing is left to read with them: they are left out at the next start, or as soon as the journal gives
/// that segment up.
public enum KeptKeysFile {
    /// In hexadecimal digits a user, an engine, a key of SHA-512 and one of AES-256; protocols, mark and spaces.
    private static let longestLine = 2 * (2 * ShortOctets.maximumCount + 64 + 32) + 64
    /// Twice what a keeper keeps, each at its longest. A longer file is refused whole: with a part of it what is left out
    /// would be lost when it is written again.
    static let mostOctets = 2 * KeyKeeper.defaultLimit * longestLine
    /// What stands where there is no privacy.
    private static let none = "-"

    public struct Contents: Sendable {
        public var keys: KeptKeys
        /// Where the keys of a line were last used, if it is marked: before the segment with this number.
        var marks: [KeptKeys.Entry: UInt64] = [:]
        /// Lines that are none of ours, such as the last one's beginning after a crash.
        public var damagedLines: Int
        /// Why the file was left as it was at a start; all that was read of it is known even so.
        public var writeFailure: FileFailure?

        /// The first segment with which keys can be left out; `nil` where none are marked.
        public var lowestMark: UInt64? { marks.values.min() }
    }

    /// What lies there; nothing where there is no file.
    public static func read(_ path: String) throws(FileFailure) -> Contents {
        try read(path, limit: mostOctets)
    }

    static func read(_ path: String, limit: Int) throws(FileFailure) -> Contents {
        var contents = Contents(keys: KeptKeys(), damagedLines: 0)
        let octets = try PrivateFile.read(path, limit: limit + 1) ?? []
        guard octets.count <= limit else {
            throw FileFailure(operation: "read", path: path, error: SystemError(EFBIG))
        }
        var start = octets.startIndex
        while start < octets.endIndex {
            let end = octets[start...].firstIndex(of: UInt8(ascii: "\n")) ?? octets.endIndex
            let line = octets[start..<end]
            start = min(end + 1, octets.endIndex)
            if line.isEmpty { continue }
            // One without an end may have lost octets of its key.
            guard end < octets.endIndex, let (entry, mark) = entry(String(decoding: line, as: UTF8.self)) else {
                contents.damagedLines += 1
                continue
            }
            contents.keys.keep(entry)
            contents.marks[entry] = mark
        }
        return contents
    }

    /// What lies there at a start; what the journal does not need is left out of the file, and the rest is marked.
    ///
    /// A file that cannot be written, as on a full disk, stays as it is with the marks that it has: a backlog is worth
    /// more than the tidiness of the file, and `Contents` says why.
    /// - Parameters:
    ///   - segment: the one that the journal begins now: nothing was written to it yet.
    ///   - oldest: the first that is retained.
    /// - Throws: where it cannot be read.
    public static func begin(_ path: String, segment: UInt64, oldest: UInt64) throws(FileFailure) -> Contents {
        let contents = try read(path)
        var needed: [KeptKeys.Entry] = []
        var marks: [KeptKeys.Entry: UInt64] = [:]
        for entry in contents.keys.entries {
            let mark = contents.marks[entry] ?? segment
            guard mark > oldest else { continue }
            needed.append(entry)
            marks[entry] = mark
        }
        guard contents.damagedLines > 0 || marks != contents.marks else { return contents }
        var tidied = contents
        tidied.keys = KeptKeys(needed)
        tidied.marks = marks
        do throws(FileFailure) {
            try PrivateFile.replace(path, with: tidied.keys.entries.flatMap { line($0, mark: marks[$0]) })
            return tidied
        } catch {
            var untidied = contents
            untidied.writeFailure = error
            return untidied
        }
    }

    /// Leaves out what the journal does not need any more while it grows.
    /// - Parameter oldest: the first segment that is retained from now on.
    /// - Returns: what was left out, and the lowest mark of what was not.
    static func trim(
        _ path: String, oldest: UInt64
    ) throws(FileFailure) -> (gone: [KeptKeys.Entry], lowestMark: UInt64?) {
        let contents = try read(path)
        var gone: [KeptKeys.Entry] = []
        var needed: [UInt8] = []
        var lowest: UInt64?
        for entry in contents.keys.entries {
            let mark = contents.marks[entry]
            if let mark, mark <= oldest {
                gone.append(entry)
                continue
            }
            if let mark { lowest = min(mark, lowest ?? mark) }
            needed += line(entry, mark: mark)
        }
        if !gone.isEmpty { try PrivateFile.replace(path, with: needed) }
        return (gone, lowest)
    }

    /// On disk when it returns: to be called before the first message of such keys is taken for kept.
    public static func append(_ entries: [KeptKeys.Entry], to path: String) throws(FileFailure) {
        guard !entries.isEmpty else { return }
        // A line that a crash cut short ends here.
        try PrivateFile.append([UInt8(ascii: "\n")] + entries.flatMap { line($0) }, to: path)
    }

    private static func line(_ entry: KeptKeys.Entry, mark: UInt64? = nil) -> [UInt8] {
        var text = OctetWriter(capacity: 256)
        text.append(hex: entry.userName.rawOctets)
        text.append(" \(entry.engine) \(entry.keys.authenticationProtocol.rawValue) ")
        text.append(hex: entry.keys.authenticationKey.octets.rawOctets)
        if let privacy = entry.keys.privacyProtocol, let key = entry.keys.privacyKey {
            text.append(" \(privacy.rawValue) ")
            text.append(hex: key.octets.rawOctets)
        } else {
            text.append(" \(none) \(none)")
        }
        if let mark { text.append(" \(mark)") }
        text.append(UInt8(ascii: "\n"))
        return text.copy()
    }

    private static func entry(_ line: String) -> (KeptKeys.Entry, mark: UInt64?)? {
        let fields = line.split(separator: " ", omittingEmptySubsequences: false)
        guard (6...7).contains(fields.count), let name = octets(fields[0]), let user = ShortOctets(name.rawOctets),
            let engine = EngineID(hexadecimal: fields[1]),
            let authentication = AuthenticationProtocol(rawValue: String(fields[2])),
            let authenticationKey = octets(fields[3]), authenticationKey.count == authentication.keyLength
        else { return nil }
        var privacy: PrivacyProtocol?
        var privacyKey: Key?
        if fields[4] != none {
            guard let named = PrivacyProtocol(rawValue: String(fields[4])), let key = octets(fields[5]),
                key.count == named.keyLength
            else { return nil }
            privacy = named
            privacyKey = Key(key)
        }
        let keys = LocalisedKeys(
            authenticationProtocol: authentication, authenticationKey: Key(authenticationKey),
            privacyProtocol: privacy, privacyKey: privacyKey)
        var mark: UInt64?
        if fields.count == 7 {
            guard let number = UInt64(fields[6]) else { return nil }
            mark = number
        }
        return (KeptKeys.Entry(user: user, engine: engine, keys: keys), mark)
    }

    private static func octets(_ text: Substring) -> [UInt8]? {
        guard text.utf8.count.isMultiple(of: 2) else { return nil }
        var octets: [UInt8] = []
        var half: UInt8?
        for character in text.utf8 {
            let digit: UInt8
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let high = half {
                octets.append(high << 4 | digit)
                half = nil
            } else {
                half = digit
            }
        }
        return octets
    }
}
