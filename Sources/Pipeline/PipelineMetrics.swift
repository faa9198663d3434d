internal import Alarms
internal import Devices
internal import TraplineMetrics
internal import SNMPWire

/// The pipeline's metrics, counted once a batch and only for a batch that is in the store.
struct PipelineMetrics: Sendable {
    /// What a batch adds.
    struct Tally {
        var processed = 0
        var undecodable: [String: Int] = [:]
        var unrouted = 0
        var events: [Transition: Int] = [:]

        /// No alarm more stands than before.
        mutating func countAgain(_ event: Event) {
            events[event.transition, default: 0] += 1
        }

        mutating func count(_ event: Event, isRouted: Bool) {
            events[event.transition, default: 0] += 1
            if !isRouted { unrouted += 1 }
        }
    }

    private let registry: MetricsRegistry
    private let processed: Counter
    private let unrouted: Counter
    private let events: [Transition: Counter]
    private let activeAlarms: [Severity: Gauge]
    private let devices: [DeviceState: Gauge]
    private let unlisted: Counter
    private let replaced: Counter
    private let disputes: Gauge
    private var unlistedBefore = 0
    private var replacedBefore = 0

    init(_ registry: MetricsRegistry) {
        self.registry = registry
        processed = registry.counter(
            "trapline_datagrams_processed_total", help: "Datagrams of the journal whose effects are in the store.")
        unrouted = registry.counter(
            "trapline_events_unrouted_total", help: "Events that no row of the routing table sends anywhere.")
        events = Dictionary(
            uniqueKeysWithValues: Transition.allCases.map { transition in
                let counter = registry.counter(
                    "trapline_events_total", help: "Events by what they did to their alarm.",
                    labels: [("transition", transition.rawValue)])
                return (transition, counter)
            })
        activeAlarms = Dictionary(
            uniqueKeysWithValues: Severity.allCases.filter { $0 != .cleared }.map { severity in
                let gauge = registry.gauge(
                    "trapline_active_alarms", help: "Alarms that stand.", labels: [("severity", severity.name)])
                return (severity, gauge)
            })
        devices = Dictionary(
            uniqueKeysWithValues: DeviceState.allCases.map { state in
                let gauge = registry.gauge(
                    "trapline_devices", help: "Devices in the inventory.", labels: [("state", state.rawValue)])
                return (state, gauge)
            })
        unlisted = registry.counter(
            "trapline_devices_unlisted_total",
            help: "Notifications whose sender found no room in the inventory; their events and alarms are complete.")
        replaced = registry.counter(
            "trapline_devices_replaced_total",
            help: "Devices that nothing vouches for and that made room for others in a full inventory.")
        disputes = registry.gauge(
            "trapline_device_disputes", help: "Claims to be a known device that nothing has proven or refuted yet.")
    }

    mutating func add(_ tally: Tally, alarms: AlarmTable, devices: borrowing DeviceInventory) {
        processed.add(tally.processed)
        unrouted.add(tally.unrouted)
        for (transition, count) in tally.events { events[transition]?.add(count) }
        for (reason, count) in tally.undecodable {
            registry.counter(
                "trapline_datagrams_undecodable_total",
                help: "Journal records that hold no notification that can be read.", labels: [("reason", reason)]
            ).add(count)
        }
        show(alarms: alarms, devices: devices)
    }

    mutating func show(alarms: AlarmTable, devices inventory: borrowing DeviceInventory) {
        for (severity, gauge) in activeAlarms { gauge.set(alarms.count(of: severity)) }
        for (state, gauge) in devices { gauge.set(inventory.count(of: state)) }
        disputes.set(inventory.disputeCount)
        // The inventory counts anew when it is read from the store.
        unlisted.add(max(0, inventory.unlisted - unlistedBefore))
        unlistedBefore = inventory.unlisted
        replaced.add(max(0, inventory.replaced - replacedBefore))
        replacedBefore = inventory.replaced
    }
}
