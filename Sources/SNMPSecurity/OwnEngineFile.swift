/// Where a server keeps its engine ID and counts its boots: two short lines, readable by its owner alone.
///
/// `engine-id 80007ed905…` and `boots 17`. What is written is on disk before a boot is told to anybody: an engine that
/// told the same boots twice would take old informs for new ones (RFC 3414 §2.2.2).
public enum OwnEngineFile {
    public enum Failure: Error, Sendable, Hashable {
        case file(FileFailure)
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

    /// Reads the file, counts one boot more and writes it back; makes a new engine where there is no file, or an empty
    /// one. Only one server at a time may use it, which the lock on its folder sees to.
    /// - Parameter started: `Moment.monotonic` of now.
    public static func start(_ path: String, started: Int64) throws(Failure) -> OwnEngine {
        var engine =
            try read(path).map { OwnEngine(id: $0.id, boots: $0.boots, started: started) }
            ?? OwnEngine(id: newEngineID(), boots: 0, started: started)
        guard engine.boots < EngineClock.lastBoots - 1 else { throw .bootsExhausted(path: path) }
        engine.boots += 1
        do throws(FileFailure) {
            try PrivateFile.replace(path, with: Array("engine-id \(engine.id)\nboots \(engine.boots)\n".utf8))
        } catch {
            throw .file(error)
        }
        return engine
    }

    private static func read(_ path: String) throws(Failure) -> (id: EngineID, boots: Int32)? {
        let octets: [UInt8]
        do throws(FileFailure) {
            octets = try PrivateFile.read(path, limit: mostOctets) ?? []
        } catch {
            throw .file(error)
        }
        // Ours is put in its place whole and never empty: whoever made an empty one wants a new engine.
        guard !octets.isEmpty else { return nil }
        guard let read = parse(octets) else { throw .damaged(path: path) }
        return read
    }

    static func newEngineID() -> EngineID {
        var generator = SystemRandomNumberGenerator()
        let octets = prefix + (0..<randomOctets).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        guard let id = EngineID(octets) else { preconditionFailure("5 and 12 octets are an engine ID") }
        return id
    }

    private static func parse(_ octets: [UInt8]) -> (id: EngineID, boots: Int32)? {
        let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n")
        guard lines.count == 2, let id = value(of: "engine-id", lines[0]).flatMap({ EngineID(hexadecimal: $0) }),
            let boots = value(of: "boots", lines[1]).flatMap({ Int32($0) }), boots >= 0
        else { return nil }
        return (id, boots)
    }

    private static func value(of name: String, _ line: Substring) -> Substring? {
        line.hasPrefix(name + " ") ? line.dropFirst(name.count + 1) : nil
    }
}

extension OwnEngineFile.Failure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let failure): "\(failure)"
        case .damaged(let path):
            "\(path) holds no engine ID and boots; restore it, or remove it to begin with a new engine ID"
        case .bootsExhausted(let path):
            "\(path) has counted as many boots as there are numbers; remove it to begin with a new engine ID"
        }
    }
}

extension IncomingSecurity {
    /// For whoever has no folder to keep an engine in: a new one that is gone with the process.
    public convenience init(inMemory users: UserTable = UserTable(), at moment: Moment = .now) {
        self.init(
            engine: OwnEngine(id: OwnEngineFile.newEngineID(), boots: 1, started: moment.monotonic), users: users)
    }
}
