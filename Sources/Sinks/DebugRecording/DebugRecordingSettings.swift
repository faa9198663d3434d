/// `debug-recording:` in the configuration.
public struct DebugRecordingSettings: Sendable, Hashable {
    public enum Form: String, Sendable, Hashable, CaseIterable {
        /// The original datagram with rebuilt IP and UDP headers.
        case datagram
        /// The syslog line, as System Info.
        case text
    }

    public enum Community: String, Sendable, Hashable, CaseIterable {
        /// Each octet overwritten with `*`, the length kept.
        case overwrite
        case keep
    }

    public var host: String
    public var port: UInt16
    public var form: Form
    public var community: Community

    public init(host: String, port: UInt16 = 925, form: Form = .datagram, community: Community = .overwrite) {
        self.host = host
        self.port = port
        self.form = form
        self.community = community
    }
}
