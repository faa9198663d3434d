public import Journal
public import Store

/// `retention:` in the configuration: how long what is kept is kept.
public struct RetentionSettings: Sendable, Hashable {
    public var journal = JournalRetention()
    public var events = EventRetention()
    /// How long the cursor of a sink that was taken out of the configuration is kept, in case it comes back.
    public var cursors = Duration.seconds(7 * 86_400)

    public init() {}
}
