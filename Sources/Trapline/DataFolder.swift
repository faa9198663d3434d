import Foundation

/// The folder that a server keeps: the store, and the journal in a folder of its own.
///
/// Only its owner may look inside (mode 0700): the journal holds community strings as they came over the wire. A folder
/// that was there before keeps its mode, since it may hold what is not ours; the journal's own does not.
public struct DataFolder: Sendable {
    public let path: String
    static let journalName = "journal"
    public var journal: String { path + "/" + Self.journalName }

    /// Whether other users of this machine may look inside, as into a folder that was made without thinking of it.
    public var isOpenToOthers: Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.posixPermissions] as? NSNumber).map { $0.intValue & 0o077 != 0 } ?? false
    }

    /// Creates what is missing.
    public init(_ path: String) throws(ServerError) {
        self.path = path
        for folder in [path, path + "/" + Self.journalName] {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw ServerError("cannot create the data folder \(folder): \(error.localizedDescription)")
            }
        }
        do {
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: journal)
        } catch {
            throw ServerError("cannot close \(journal) to other users: \(error.localizedDescription)")
        }
    }
}
