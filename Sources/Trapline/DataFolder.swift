import Foundation

/// The folder that a server keeps: the store, and the journal in a folder of its own.
///
/// Only its owner may look inside (mode 0700): the journal holds community strings as they came over the wire.
public struct DataFolder: Sendable {
    public let path: String
    public var journal: String { path + "/journal" }

    /// Creates what is missing.
    public init(_ path: String) throws(ServerError) {
        self.path = path
        for folder in [path, path + "/journal"] {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw ServerError("cannot create the data folder \(folder): \(error.localizedDescription)")
            }
        }
    }
}
