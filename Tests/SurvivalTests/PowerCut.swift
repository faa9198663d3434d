import Foundation
import TestPeers

/// A power cut, played on the files that a killed server left: whatever no completed sync had put on disk is taken away.
/// (A kill alone proves nothing about syncs: the kernel keeps what was written.)
struct PowerCut {
    private let library: String
    private let record: String

    /// Builds the library that, preloaded into the server, records each completed sync. `folder` must outlive it.
    init(folder: TemporaryFolder) throws {
        library = folder.file("record_syncs.so")
        record = folder.file("syncs")
        let source = URL(filePath: #filePath).appending(path: "../../PowerCut/record_syncs.c").standardized.path
        try Command.expect("cc", ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, source, "-ldl"])
    }

    /// For the server.
    var environment: [String: String] { ["LD_PRELOAD": library, "RECORD_SYNCS_TO": record] }

    /// Cuts the journal's segments; the store stays as it is. Segments whose name was not on disk are gone.
    /// - Returns: How many octets were lost.
    @discardableResult
    func cutJournal(data: String) throws -> Int {
        let folder = URL(filePath: data + "/journal").resolvingSymlinksInPath().path
        var disk = try disk()
        var lost = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".pcapng") {
            let path = folder + "/" + name
            if disk.names.contains(path) {
                let left = disk.sizes[path] ?? 0
                lost += try cut(path, to: left)
            } else {
                lost += try cut(path, to: 0)
                try FileManager.default.removeItem(atPath: path)
                disk.sizes[path] = nil
            }
        }
        // What is left is on disk, whatever the next life syncs.
        try write(disk)
        return lost
    }

    /// Cuts the store's write-ahead log, with what SQLite keeps of it in memory: with `synchronous=NORMAL` only
    /// checkpoints sync it, and the last transactions go.
    @discardableResult
    func cutStoreLog(data: String) throws -> Int {
        let path = URL(filePath: data + "/trapline.sqlite").resolvingSymlinksInPath().path
        if FileManager.default.fileExists(atPath: path + "-shm") {
            try FileManager.default.removeItem(atPath: path + "-shm")
        }
        guard FileManager.default.fileExists(atPath: path + "-wal") else { return 0 }
        return try cut(path + "-wal", to: disk().sizes[path + "-wal"] ?? 0)
    }

    /// - Returns: How many octets went.
    private func cut(_ path: String, to size: Int) throws -> Int {
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        defer { try? file.close() }
        let length = Int(try file.seekToEnd())
        guard length > size else { return 0 }
        try file.truncate(atOffset: UInt64(size))
        return length - size
    }

    // MARK: - The record

    /// What is on disk for sure.
    private struct Disk {
        var sizes: [String: Int] = [:]
        var names: Set<String> = []
    }

    private func disk() throws -> Disk {
        var disk = Disk()
        guard let text = try? String(contentsOfFile: record, encoding: .utf8) else { return disk }
        // The kill may have caught a line half written.
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: " ", maxSplits: 2)
            if words.count == 3, words[0] == "S", let size = Int(words[1]) {
                disk.sizes[String(words[2])] = size
            } else if words.count == 2, words[0] == "N" {
                disk.names.insert(String(words[1]))
            } else {
                throw Command.Failure(description: "a line of the record of syncs that is none: \(line)")
            }
        }
        return disk
    }

    private func write(_ disk: Disk) throws {
        let lines = disk.sizes.map { "S \($1) \($0)\n" } + disk.names.map { "N \($0)\n" }
        try lines.joined().write(toFile: record, atomically: true, encoding: .utf8)
    }
}
