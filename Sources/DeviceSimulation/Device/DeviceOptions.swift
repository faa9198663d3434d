public import SNMPWire

/// What kind of device is simulated. Firmware differs in these, and documentation leaves some of them open: a receiver
/// must do right by every one.
public struct DeviceOptions: Sendable, Hashable {
    /// Which notifications share a running number (acBoardTrapGlobalsUniqID).
    public enum Numbering: Sendable, Hashable, CaseIterable {
        /// Alarms and events are counted together.
        case together
        /// Alarms have one count and events another.
        case separately
    }

    public enum KeepAliveNumbering: Sendable, Hashable, CaseIterable {
        /// The running number of a keep-alive is 0.
        case zero
        /// Keep-alives have a count of their own.
        case own
        /// They are counted with the events, and so with the alarms where these are counted together.
        case asEvents
    }

    /// What a row of the alarm tables is indexed by.
    public enum Indexing: Sendable, Hashable, CaseIterable {
        /// The running number of the trap, not wrapped.
        case runningNumber
        /// A count of the table's own rows.
        case row
    }

    /// What AdditionalInfo1 of a keep-alive is: the sources disagree.
    public enum KeepAliveIdentity: Sendable, Hashable, CaseIterable {
        case macAddress, serialNumber
    }

    /// How a standing alarm gets another severity.
    public enum SeverityChange: Sendable, Hashable, CaseIterable {
        /// It is cleared first, as a carrier-grade device does while its active table has not overflowed.
        case clearsFirst
        case direct
    }

    /// Of what it sends: `.v1` or `.v2c`.
    public var version = SNMPVersion.v2c
    public var trapCommunity = "trapuser"
    public var readCommunity = "public"
    public var writeCommunity = "private"
    public var numbering = Numbering.together
    public var keepAliveNumbering = KeepAliveNumbering.zero
    public var indexing = Indexing.runningNumber
    public var keepAliveIdentity = KeepAliveIdentity.macAddress
    /// The version that its keep-alives ask for, with a blank, as the vendor's documents print it.
    public var wantedVersion = " SNMPv2c"
    public var severityChange = SeverityChange.clearsFirst
    /// The first running number after a start; near 32,000 to see it wrap.
    public var firstNumber: UInt32 = 1
    /// How many var-binds a trap has: firmware sends 10, 11, 13 or 16.
    public var variableCount = 16
    /// Whether these bear the `.0` of a scalar.
    public var hasInstances = true
    /// Rows of the history table at most (nlmConfigLogEntryLimit); the oldest give way. 500 is the vendor's own.
    public var historyLimit = 500
    /// Rows of the active table at most; past it, acActiveAlarmTableOverflow stands until a restart. 120 is the vendor's
    /// own.
    public var activeLimit = 120
    /// Between two keep-alives: 9/10 of the binding's life time of 30 s. `nil` for a device that sends none.
    public var keepAlivePeriod: Duration? = .seconds(27)
    /// From power-off until the agent answers again and coldStart is sent.
    public var downTime = Duration.seconds(20)
    /// From coldStart to acBoardEvBoardStarted, in which what is still wrong is raised again.
    public var initialisationTime = Duration.seconds(10)
    /// Octets of a response at most; 1,472 fit into an Ethernet frame.
    public var responseOctets = 1_472
    /// The port that keep-alives are sent to, as acSysSNMPKeepAliveTrapPort shows it.
    public var keepAlivePort: UInt16 = 1_161
    /// Whether it answers for the alarm tables: a view of its agent may leave them out.
    public var servesAlarmTables = true
    /// Whether it has the alarm tables of RFC 3877 too.
    public var servesStandardTables = false

    public init() {}

    /// What acBoardTrapGlobalsUniqID counts to before it begins anew at 0.
    public static let highestNumber: UInt32 = 32_000
}
