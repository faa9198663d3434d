public import Basics
internal import Glibc

/// Where a server keeps its engine ID and counts its boots: two short lines, readable by its owner alone.
///
/// `engine-id 80007ed905…` and `boots 17`. What is written is on disk before a boot is told to anybody: an engine that
/// told the same boots twice would take old informs for new ones (RFC 3414 §2.2.2).
public enum OwnEngineFile {
    public enum Failure: Error, Sendable, Hashable {
        case system(operation: String, path: String, SystemError)
        /// Neither ours nor empty: it is left as it is.
        case damaged(path: String)
        /// All boots are counted: only a new engine ID helps.
        case bootsExhausted(path: String)
    }

    /// RFC 3411 §5: the first four octets are the enterprise's number with the top bit set (32473, that of
    /// documentation, as long as none is assigned), and 5 says that the octets which follow are anybody's.
    private static let prefix: [UInt8] = [0x80, 0x00, 0x7e, 0xd9, 0x05]
    /// As many random octets as make two servers' engine IDs differ for certain.
    private static let randomOctets = 12
    /// Two lines; what is longer is not ours.
    private static let mostOctets = 256

    /// Reads the file, counts one boot more and writes it back; makes a new engine where there is no file. Only one
    /// server at a time may use it, which the lock on its folder sees to.
    /// - Parameter started: `Moment.monotonic` of now.
    public static func start(_ path: String, started: Int64) throws(Failure) -> OwnEngine {
        var (id, boots) = try read(path) ?? (newEngineID(), 0)
        guard boots < EngineClock.lastBoots - 1 else { throw .bootsExhausted(path: path) }
        boots += 1
        try write(id, boots, to: path)
        return OwnEngine(id: id, boots: boots, started: started)
    }

    private static func newEngineID() -> EngineID {
        var generator = SystemRandomNumberGenerator()
        let octets = prefix + (0..<randomOctets).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        guard let id = EngineID(octets) else { preconditionFailure("5 and 12 octets are an engine ID") }
        return id
    }

    /// - Returns: `nil` where there is no file, or an empty one, which a crash may leave of a file that was just made.
    static func read(_ path: String) throws(Failure) -> (EngineID, Int32)? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .system(operation: "open", path: path, .last)
        }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: mostOctets)
        let count = unsafe Glibc.read(descriptor, &octets, octets.count)
        guard count >= 0 else { throw .system(operation: "read", path: path, .last) }
        guard count > 0 else { return nil }
        let lines = String(decoding: octets[..<count], as: UTF8.self).split(separator: "\n")
        guard lines.count == 2, let id = value(of: "engine-id", lines[0]).flatMap({ EngineID(hexadecimal: $0) }),
            let boots = value(of: "boots", lines[1]).flatMap({ Int32($0) }), boots >= 0
        else { throw .damaged(path: path) }
        return (id, boots)
    }

    private static func value(of name: String, _ line: Substring) -> Substring? {
        line.hasPrefix(name + " ") ? line.dropFirst(name.count + 1) : nil
    }

    static func write(_ id: EngineID, _ boots: Int32, to path: String) throws(Failure) {
        try PrivateFile.replace(path, with: Array("engine-id \(id)\nboots \(boots)\n".utf8))
    }
}
