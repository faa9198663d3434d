/// `syslog:` in the configuration.
public struct SyslogSettings: Sendable, Hashable {
    public enum Transport: Sendable, Hashable {
        case udp
        case tcp(SyslogFraming)
        /// RFC 5425: octet-counted.
        case tls(SyslogTLS)
        /// The Reliable Event Logging Protocol of rsyslog: the server answers each message.
        case relp
    }

    public enum Format: String, Sendable, Hashable, CaseIterable {
        case rfc5424
        case rfc3164
    }

    /// How alarm severities become syslog severities.
    public enum SeverityMapping: String, Sendable, Hashable, CaseIterable {
        /// critical→alert, major→critical, minor→error, warning→warning, indeterminate→informational, cleared→notice.
        case operationsCentre = "operations-centre"
        /// RFC 5674 §2.
        case rfc5674
    }

    /// Whose name stands in HOSTNAME.
    public enum Hostname: String, Sendable, Hashable, CaseIterable {
        case device
        case `self`
    }

    /// A host name or address.
    public var host: String
    public var port: UInt16
    public var transport: Transport
    public var format: Format
    /// 0…23, RFC 5424 table 1.
    public var facility: UInt8
    public var severities: SeverityMapping
    public var hostname: Hostname
    /// The message text with `{placeholders}`; `nil` for the text of the operations centre.
    public var text: String?

    public init(
        host: String, port: UInt16 = 514, transport: Transport = .udp, format: Format = .rfc5424,
        facility: UInt8 = 16, severities: SeverityMapping = .operationsCentre, hostname: Hostname = .device,
        text: String? = nil
    ) {
        self.host = host
        self.port = port
        self.transport = transport
        self.format = format
        self.facility = facility
        self.severities = severities
        self.hostname = hostname
        self.text = text
    }
}

/// RFC 6587 §3.4.
public enum SyslogFraming: String, Sendable, Hashable, CaseIterable {
    case octetCounting = "octet-counting"
    case newline
}

public struct SyslogTLS: Sendable, Hashable {
    /// A PEM file of the authorities to trust; `nil` for the system's.
    public var authority: String?
    /// A PEM file with the client's certificate chain, and one with its key; both or neither.
    public var certificate: String?
    public var key: String?
    /// The name that the peer's certificate must bear; `nil` for the host.
    public var serverName: String?

    public init(authority: String? = nil, certificate: String? = nil, key: String? = nil, serverName: String? = nil) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.serverName = serverName
    }
}
