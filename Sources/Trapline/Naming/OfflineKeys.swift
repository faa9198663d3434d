import Intake
package import SNMPSecurity
package import TraplineConfiguration

/// For whoever runs no server: what opens v3 messages with the configuration's users, and, where there is one, with those
/// that a data folder remembers.
package struct OfflineKeys: Sendable {
    /// Makes the keys when it is first called, at some 4 ms a user; `nil` where there are neither users nor a folder.
    package let opener: (@Sendable () -> NotificationOpener)?

    /// - Parameter file: of a data folder, which keeps keys of users that were before.
    package init(_ configuration: ServerConfiguration?, kept file: String? = nil) {
        let users = configuration?.access.users ?? []
        guard !users.isEmpty || file != nil else {
            opener = nil
            return
        }
        let made = Lazily {
            // What cannot be read keeps nobody from reading the rest.
            let kept = file.flatMap { try? KeptKeysFile.read($0).keys } ?? KeptKeys()
            return NotificationOpener(users: UserTable(users), kept: kept)
        }
        opener = { made.value }
    }
}
