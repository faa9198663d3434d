import Basics
import Foundation
import Synchronization

@testable import Journal

/// A folder of a test's own, removed with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "trapline-journal-\(UUID().uuidString)")
        path = url.path
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The paths of the segments, lowest first.
    func segments() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".pcapng") }.sorted()
            .map { path + "/" + $0 }
    }
}

func read(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

func write(_ bytes: some Sequence<UInt8>, to path: String) throws { try Data(bytes).write(to: URL(filePath: path)) }

/// Entries that differ in everything, IPv4 and IPv6 in turns.
func entry(
    _ number: Int, interface: String = "traps", payload: [UInt8]? = nil, time: Int64? = nil
) -> JournalEntry {
    let isV6 = number % 3 == 2
    let sender = isV6 ? IPAddress(v6: UInt128(0x2001_0db8) << 96 | UInt128(number)) : IPAddress(v4: 0xc000_0200)
    let receiver = isV6 ? IPAddress(v6: UInt128(0x2001_0db8) << 96 | 0xffff) : IPAddress(v4: 0xc633_6401)
    return JournalEntry(
        time: Timestamp(nanoseconds: time ?? 1_700_000_000_123_456_789 + Int64(number)), interface: interface,
        sender: Endpoint(sender, port: UInt16(truncatingIfNeeded: 40_000 + number)),
        receiver: Endpoint(receiver, port: 162),
        payload: payload ?? Array("payload \(number)".utf8))
}

extension JournalEntry {
    /// Everything of the entry in a form that can be compared.
    var key: String { "\(time.nanoseconds) \(interface) \(sender) \(receiver) \(payload)" }
}

extension JournalWriter {
    /// Appends and waits until the batch is durable or failed.
    @discardableResult
    func appendAndWait(_ entries: [JournalEntry]) -> Result<Void, JournalError> {
        let answer = Answer()
        append(entries) { answer.give($0) }
        return answer.wait()
    }
}

/// A result that one thread waits for and another one gives.
final class Answer: Sendable {
    private let result = Mutex<Result<Void, JournalError>?>(nil)
    private let given = DispatchSemaphore(value: 0)

    func give(_ new: Result<Void, JournalError>) {
        result.withLock { $0 = new }
        given.signal()
    }

    var isGiven: Bool { result.withLock { $0 != nil } }

    /// A wait without end would hide which test hangs.
    func wait() -> Result<Void, JournalError> {
        guard given.wait(timeout: .now() + 60) == .success else {
            return .failure(JournalError(.closed, path: "", detail: "no answer within 60 s"))
        }
        given.signal()
        return result.withLock { $0 } ?? .failure(JournalError(.closed, path: "", detail: "no answer"))
    }
}

/// System calls that a test can hold up, count and let fail.
final class Disk: Sendable {
    struct Failures: Sendable {
        /// Errors for the next writes or syncs, in turn; `nil` lets one pass.
        var writes: [Int32?] = []
        var syncs: [Int32?] = []
        /// As long as they are set, every call fails.
        var allWrites: Int32?
        var allCreates: Int32?
        var truncates: Int32?
        var allRemoves: Int32?
    }

    let failures = Mutex(Failures())
    let syncCount = Mutex(0)
    /// While a gate is set, syncs signal `entered` and wait for `gate`.
    let isGated = Mutex(false)
    let entered = DispatchSemaphore(value: 0)
    let gate = DispatchSemaphore(value: 0)

    var operations: FileOperations {
        let system = FileOperations.system
        return FileOperations(
            create: { [self] path throws(SystemError) in
                if let error = failures.withLock({ $0.allCreates }) { throw SystemError(error) }
                return try system.create(path)
            },
            write: { [self] descriptor, octets throws(SystemError) in
                let error = failures.withLock { failures in
                    failures.allWrites ?? (failures.writes.isEmpty ? nil : failures.writes.removeFirst())
                }
                guard let error else { return try system.write(descriptor, octets) }
                // What a full disk does: part of the octets arrive before it fails.
                try system.write(descriptor, Array(octets.prefix(octets.count / 2)))
                throw SystemError(error)
            },
            sync: { [self] descriptor throws(SystemError) in
                if isGated.withLock({ $0 }) {
                    entered.signal()
                    gate.wait()
                }
                let error = failures.withLock { $0.syncs.isEmpty ? nil : $0.syncs.removeFirst() }
                if let error { throw SystemError(error) }
                syncCount.withLock { $0 += 1 }
                try system.sync(descriptor)
            },
            truncate: { [self] descriptor, length throws(SystemError) in
                if let error = failures.withLock({ $0.truncates }) { throw SystemError(error) }
                try system.truncate(descriptor, length)
            },
            remove: { [self] path throws(SystemError) in
                if let error = failures.withLock({ $0.allRemoves }) { throw SystemError(error) }
                try system.remove(path)
            })
    }
}

/// All records of a folder up to the writer's or the folder's end, and the damage met.
func readAll(
    _ folder: String, upTo end: JournalPosition? = nil, limit: Int = 7
) throws -> (records: [JournalRecord], damage: [JournalDamage]) {
    var reader = try JournalReader(folder: folder, from: nil)
    guard let end = try end ?? JournalReader.end(ofFolder: folder) else { return ([], []) }
    var records: [JournalRecord] = []
    while true {
        let batch = try reader.read(upTo: end, limit: limit)
        records += batch
        if batch.count < limit { break }
    }
    return (records, reader.takeDamage())
}
