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
    /// Twice what a keeper keeps, each at its longest. A longer file is refused whole: with a part of it what is left out
    /// would be lost when it is written again.
    static let mostOctets = 2 * KeyKeeper.defaultLimit * KeptKeysLine.longest

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
        let octets = try PrivateFile.read(path, limit: limit + 1) ?? []
        guard octets.count <= limit else {
            throw FileFailure(operation: "read", path: path, error: SystemError(EFBIG))
        }
        return contents(octets)
    }

    private static func contents(_ octets: [UInt8]) -> Contents {
        var contents = Contents(keys: KeptKeys(), damagedLines: 0)
        for line in KeptKeysLine.lines(octets) {
            // One without an end may have lost octets of its key.
            guard line.isWhole, let (entry, mark) = KeptKeysLine.read(octets, line.octets) else {
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
            try PrivateFile.replace(path, with: KeptKeysLine.write(tidied.keys.entries) { marks[$0] })
            return tidied
        } catch {
            var untidied = contents
            untidied.writeFailure = error
            return untidied
        }
    }

    /// What the journal does not need any more; where there is any, a draft of the file without it lies beside it.
    struct Trimmed {
        let gone: [KeptKeys.Entry]
        /// The lowest mark of what is left.
        let lowestMark: UInt64?
        /// Octets of the file that were read for it.
        fileprivate let length: Int
    }

    /// Writes beside the file what of it the journal needs while it grows: the long part, during which keys may be added.
    /// - Parameters:
    ///   - oldest: the first segment that is retained from now on.
    ///   - length: of the file, at a moment when nobody was adding to it.
    static func trim(_ path: String, oldest: UInt64, length: Int) throws(FileFailure) -> Trimmed {
        guard length <= mostOctets else {
            throw FileFailure(operation: "read", path: path, error: SystemError(EFBIG))
        }
        let contents = contents(try PrivateFile.read(path, limit: length) ?? [])
        var gone: [KeptKeys.Entry] = []
        var needed: [KeptKeys.Entry] = []
        var lowest: UInt64?
        for entry in contents.keys.entries {
            let mark = contents.marks[entry]
            if let mark, mark <= oldest {
                gone.append(entry)
                continue
            }
            if let mark { lowest = min(mark, lowest ?? mark) }
            needed.append(entry)
        }
        if !gone.isEmpty { try PrivateFile.draft(path, KeptKeysLine.write(needed) { contents.marks[$0] }) }
        return Trimmed(gone: gone, lowestMark: lowest, length: length)
    }

    /// Puts the draft in the file's place, with what was added since; nobody may add to it meanwhile.
    static func finish(_ trimmed: Trimmed, _ path: String) throws(FileFailure) {
        guard !trimmed.gone.isEmpty else { return }
        let added = try PrivateFile.read(path, from: trimmed.length, limit: mostOctets) ?? []
        try PrivateFile.putDraft(in: path, adding: added)
    }

    /// On disk when it returns: to be called before the first message of such keys is taken for kept.
    public static func append(_ entries: [KeptKeys.Entry], to path: String) throws(FileFailure) {
        guard !entries.isEmpty else { return }
        // A line that a crash cut short ends here.
        try PrivateFile.append([KeptKeysLine.end] + KeptKeysLine.write(entries) { _ in nil }, to: path)
    }
}
