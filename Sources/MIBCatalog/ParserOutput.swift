internal import CNetSNMP

/// What one run of net-snmp's parser said, taken apart.
struct ParserOutput: Sendable {
    /// A node of net-snmp's tree, as it came: parents before children, siblings in net-snmp's own order.
    struct Node: Sendable {
        var parent: Int?
        var subidentifier: UInt32
        var label: String
        /// The modules that define it so; the first is the one whose definition it has.
        var modules: [String]
        var type: UInt32
        var access: UInt32
        var textualConvention: String?
        var displayHint: String?
        var units: String?
        var augmentedRow: String?
        var description: String?
        var enumeration: [(number: Int32, label: String)]
        /// As 32 bits each; the syntax tells whether they have a sign.
        var ranges: [(low: UInt32, high: UInt32)]
        var indexes: [MIBNode.Index]
        var objects: [String]
    }

    enum Outcome: Sendable, Hashable {
        case complete, crashed, timedOut, oversized, notStarted
    }

    var outcome: Outcome
    var nodes: [Node] = []
    /// The parser's log, a message each.
    var messages: [String] = []
    /// Modules in whose files net-snmp sees none.
    var refused: Set<String> = []
    /// The last module that the parser began with: in a run that did not complete, the one it failed at.
    var lastModule: String?

    /// Long enough for thousands of modules on a slow machine (94 modules take 50 ms), and short enough for a start.
    static let timeoutSeconds: UInt32 = 60
    /// For one module and what it imports, which take some milliseconds.
    static let loneTimeoutSeconds: UInt32 = 5
    /// A broken folder can complain without end; nobody reads further than this.
    static let maximumMessages = 10_000

    /// Runs the parser over files, each of which holds the module named beside it.
    init(parsing files: [(path: String, module: String)], timeoutSeconds: UInt32? = nil) {
        let timeoutSeconds = timeoutSeconds ?? (files.count > 1 ? Self.timeoutSeconds : Self.loneTimeoutSeconds)
        let paths = files.map { CString($0.path) }
        let modules = files.map { CString($0.module) }
        let output = unsafe withPointers(to: paths) { paths in
            unsafe withPointers(to: modules) { modules in
                unsafe trapline_mib_parse(paths, modules, files.count, timeoutSeconds)
            }
        }
        defer { unsafe trapline_mib_release(output) }
        switch unsafe output.outcome {
        case TRAPLINE_MIB_COMPLETE: outcome = .complete
        case TRAPLINE_MIB_TIMED_OUT: outcome = .timedOut
        case TRAPLINE_MIB_OVERSIZED: outcome = .oversized
        case TRAPLINE_MIB_NOT_STARTED: outcome = .notStarted
        default: outcome = .crashed
        }
        var reader = unsafe RecordReader(UnsafeBufferPointer(start: output.bytes, count: output.length))
        read(from: &reader)
    }

    /// A run that said nothing.
    init(outcome: Outcome, lastModule: String? = nil) {
        self.outcome = outcome
        self.lastModule = lastModule
    }

    private mutating func read(from reader: inout RecordReader) {
        do {
            while true {
                switch try reader.octet() {
                case UInt8(ascii: "X"): refused.insert(try reader.text() ?? "")
                case UInt8(ascii: "M"): lastModule = try reader.text()
                case UInt8(ascii: "L"):
                    if let message = try reader.text(), messages.count < Self.maximumMessages {
                        messages.append(message)
                    }
                case UInt8(ascii: "N"): nodes.append(try reader.node())
                case UInt8(ascii: "E"): return
                default: return
                }
            }
        } catch {
            // The output ends within a record: the parser did not complete, as `outcome` says.
        }
    }
}

/// Reads the records that `CNetSNMP.h` describes; throws where the bytes end.
private struct RecordReader {
    struct Ended: Error {}

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = unsafe [UInt8](bytes)
    }

    mutating func octet() throws(Ended) -> UInt8 {
        guard position < bytes.count else { throw Ended() }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func number() throws(Ended) -> UInt32 {
        guard bytes.count - position >= 4 else { throw Ended() }
        defer { position += 4 }
        return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: position, as: UInt32.self) }
    }

    mutating func text() throws(Ended) -> String? {
        let length = try number()
        guard length != .max else { return nil }
        guard bytes.count - position >= Int(length) else { throw Ended() }
        defer { position += Int(length) }
        return String(decoding: bytes[position..<position + Int(length)], as: UTF8.self)
    }

    mutating func list<Item>(_ item: (inout Self) throws(Ended) -> Item) throws(Ended) -> [Item] {
        var items: [Item] = []
        for _ in 0..<(try number()) { items.append(try item(&self)) }
        return items
    }

    mutating func node() throws(Ended) -> ParserOutput.Node {
        let parent = try number()
        let subidentifier = try number()
        let label = try text() ?? ""
        let modules = try list { reader throws(Ended) in try reader.text() ?? "" }
        let type = try number()
        let access = try number()
        _ = try number()
        return ParserOutput.Node(
            parent: parent == .max ? nil : Int(parent), subidentifier: subidentifier, label: label, modules: modules,
            type: type, access: access, textualConvention: try text(), displayHint: try text(), units: try text(),
            augmentedRow: try text(), description: try text(),
            enumeration: try list { reader throws(Ended) in
                (Int32(truncatingIfNeeded: try reader.number()), try reader.text() ?? "")
            },
            ranges: try list { reader throws(Ended) in
                let low = try reader.number()
                return (low, try reader.number())
            },
            indexes: try list { reader throws(Ended) in
                let isImplied = try reader.number() != 0
                return MIBNode.Index(name: try reader.text() ?? "", isImplied: isImplied)
            },
            objects: try list { reader throws(Ended) in try reader.text() ?? "" })
    }
}

/// A NUL-terminated copy of a text, kept as long as C looks at it.
private struct CString {
    let octets: ContiguousArray<CChar>

    init(_ text: String) {
        octets = ContiguousArray(text.utf8CString)
    }
}

/// Gives C an array of pointers to texts that lie one after another in one buffer.
private func withPointers<Result>(
    to texts: [CString], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
) -> Result {
    let joined = texts.flatMap(\.octets)
    return unsafe joined.withUnsafeBufferPointer { buffer in
        var pointers: [UnsafePointer<CChar>?] = unsafe []
        var offset = 0
        for text in texts {
            unsafe pointers.append(buffer.baseAddress.map { unsafe $0 + offset })
            offset += text.octets.count
        }
        return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
    }
}
