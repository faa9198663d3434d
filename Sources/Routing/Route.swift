public import Alarms
public import Basics
public import SNMPWire

/// One row of the routing table, as the operator wrote it and the configuration validated it.
public struct Route: Sendable, Hashable {
    /// For the operator; unique.
    public var name: String
    public var when: RouteConditions
    /// Names of sinks.
    public var to: [String]
    /// Ends the walk when this row matches.
    public var stop: Bool
    /// Vetoes the sinks of `to`, or all where `to` is empty, whatever other rows say.
    public var prevent: Bool
    /// Whether a change or clear follows the raise to this row's sinks.
    public var follow: Bool
    /// A raise is sent only if its alarm still stands this long after; `nil`: at once.
    public var after: Duration?

    public init(
        name: String, when: RouteConditions = RouteConditions(), to: [String], stop: Bool = false,
        prevent: Bool = false, follow: Bool = true, after: Duration? = nil
    ) {
        self.name = name
        self.when = when
        self.to = to
        self.stop = stop
        self.prevent = prevent
        self.follow = follow
        self.after = after
    }
}

/// What a row asks of an event; a condition that is `nil` or empty asks nothing.
public struct RouteConditions: Sendable, Hashable {
    /// `major`, a set, or `>=major`.
    public enum SeverityCondition: Sendable, Hashable {
        case among(Set<Severity>)
        case atLeast(Severity)
    }

    public enum NotificationPattern: Sendable, Hashable {
        /// This OID and everything below it.
        case subtree(OID)
        case exact(OID)
        /// Over the name without its module, or with it where the pattern holds `::`; `*` and `?`.
        case glob(String)
    }

    public enum Comparison: String, Sendable, Hashable, CaseIterable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        /// A glob over the value's text.
        case like = "~"
    }

    public struct VariableComparison: Sendable, Hashable {
        /// The object; any instance of it counts.
        public var variable: OID
        public var comparison: Comparison
        /// A number, or text.
        public var operand: String

        public init(variable: OID, comparison: Comparison, operand: String) {
            self.variable = variable
            self.comparison = comparison
            self.operand = operand
        }
    }

    /// Days and a time span within each: `mon-fri 08:00-18:00`.
    public struct TimeSpan: Sendable, Hashable {
        /// 1 Monday … 7 Sunday (ISO 8601).
        public var weekdays: Set<Int>
        /// Minutes since midnight; the end is not part of the span. A span whose end is not after its start runs past
        /// midnight and belongs to the day it starts on.
        public var startMinute: Int
        public var endMinute: Int

        public init(weekdays: Set<Int>, startMinute: Int, endMinute: Int) {
            self.weekdays = weekdays
            self.startMinute = startMinute
            self.endMinute = endMinute
        }
    }

    public var severity: SeverityCondition?
    public var transitions: Set<Transition>?
    public var notifications: [NotificationPattern]
    /// Globs over the alarm source.
    public var sources: [String]
    /// Device ids or names; globs.
    public var devices: [String]
    /// What the operator has put devices into; globs.
    public var groups: [String]
    public var tenants: [String]
    public var sites: [String]
    public var senders: [Network]
    /// Configured names of communities.
    public var communities: Set<String>
    /// Names of SNMPv3's users. No message of another version has one, nor has what a timer or the server itself tells.
    public var users: Set<String>
    /// Names of SNMPv3's contexts, globs; `""` is an engine's own.
    public var contexts: [String]
    public var listeners: Set<String>
    /// All must hold.
    public var variables: [VariableComparison]
    /// Any may hold.
    public var times: [TimeSpan]

    public init(
        severity: SeverityCondition? = nil, transitions: Set<Transition>? = nil,
        notifications: [NotificationPattern] = [], sources: [String] = [], devices: [String] = [],
        groups: [String] = [], tenants: [String] = [], sites: [String] = [],
        senders: [Network] = [], communities: Set<String> = [], users: Set<String> = [],
        contexts: [String] = [], listeners: Set<String> = [],
        variables: [VariableComparison] = [], times: [TimeSpan] = []
    ) {
        self.severity = severity
        self.transitions = transitions
        self.notifications = notifications
        self.sources = sources
        self.devices = devices
        self.groups = groups
        self.tenants = tenants
        self.sites = sites
        self.senders = senders
        self.communities = communities
        self.users = users
        self.contexts = contexts
        self.listeners = listeners
        self.variables = variables
        self.times = times
    }
}
