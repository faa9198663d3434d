/// `file:` in the configuration: JSON lines, one event object each.
public struct FileSettings: Sendable, Hashable {
    public var path: String

    public init(path: String) {
        self.path = path
    }
}
