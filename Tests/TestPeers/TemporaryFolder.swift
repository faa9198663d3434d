public import Foundation

/// A folder of its own under the system's temporary one, removed with its last reference.
public final class TemporaryFolder: Sendable {
    public let path: String

    /// `readableByOthers` for servers that give up their privileges and read their files as another user.
    public init(readableByOthers: Bool = false) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "trapline-test-\(UUID().uuidString)")
        path = url.path(percentEncoded: false)
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true,
            attributes: [.posixPermissions: readableByOthers ? 0o755 : 0o700])
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    public func file(_ name: String) -> String { path + "/" + name }

    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        try write(Data(text.utf8), to: name)
    }

    @discardableResult
    public func write(_ data: Data, to name: String) throws -> String {
        try data.write(to: URL(filePath: file(name)))
        return file(name)
    }
}
