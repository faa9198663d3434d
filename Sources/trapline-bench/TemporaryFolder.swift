import Foundation

/// A folder that is gone, with all that is in it, when `body` is through.
enum TemporaryFolder {
    /// - Parameter parent: where it is made; `nil` for the system's folder of temporary files.
    static func with<Result>(in parent: URL? = nil, _ body: (URL) throws -> Result) throws -> Result {
        let folder = (parent ?? FileManager.default.temporaryDirectory).appending(
            path: "trapline-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}
