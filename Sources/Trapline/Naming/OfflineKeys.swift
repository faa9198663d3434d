import Foundation
import Intake
package import SNMPSecurity
package import TraplineConfiguration

/// For whoever runs no server: what opens v3 messages with the configuration's users, and, where there is one, with those
/// that a data folder remembers.
package struct OfflineKeys: Sendable {
    /// Makes the keys when it is first called, at some 4 ms a user; `nil` where there are neither users nor a folder.
    package let opener: (@Sendable () -> NotificationOpener)?
    /// What would be let in of v3 messages by the users that are configured.
    package let security: @Sendable () -> OfflineSecurity

    /// - Parameter files: of data folders, which keep keys of users that were before.
    package init(_ configuration: ServerConfiguration?, kept files: [String] = []) {
        let users = configuration?.access.users ?? []
        let table = Lazily { UserTable(users) }
        let ring = KeyRing()
        security = { OfflineSecurity(users: table.value, ring: ring) }
        guard !users.isEmpty || !files.isEmpty else {
            opener = nil
            return
        }
        let made = Lazily {
            // What cannot be read keeps nobody from reading the rest.
            let kept = files.flatMap { (try? KeptKeysFile.read($0).keys.entries) ?? [] }
            return NotificationOpener(users: table.value, kept: KeptKeys(kept), ring: ring)
        }
        opener = { made.value }
    }

    /// - Parameter captures: of which some may be segments of a journal in its data folder: the keys that they were
    ///   received with lie beside it.
    package init(_ configuration: ServerConfiguration?, beside captures: [String]) {
        self.init(configuration, kept: Self.keysFiles(beside: captures))
    }

    private static func keysFiles(beside captures: [String]) -> [String] {
        var found: [String] = []
        for capture in captures {
            let folder = URL(filePath: capture).standardizedFileURL.deletingLastPathComponent()
            guard folder.lastPathComponent == DataFolder.journalName else { continue }
            let file = folder.deletingLastPathComponent().appending(path: ServerSecurity.keysFile).path
            if !found.contains(file), FileManager.default.isReadableFile(atPath: file) { found.append(file) }
        }
        return found
    }
}
