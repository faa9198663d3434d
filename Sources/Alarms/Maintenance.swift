public import Basics

/// A device that somebody works on: nobody is told of its alarms meanwhile.
public struct Maintenance: Sendable, Hashable {
    public var device: String
    public var since: Timestamp
    /// `nil`: until an operator ends it.
    public var until: Timestamp?
    public var reason: String
    public var by: String

    public init(device: String, since: Timestamp, until: Timestamp?, reason: String, by: String) {
        self.device = device
        self.since = since
        self.until = until
        self.reason = reason
        self.by = by
    }
}

/// The devices in maintenance: pure state.
public struct MaintenanceTable: Sendable {
    /// By the device's identity.
    private var windows: [String: Maintenance] = [:] {
        didSet { nextEnd = windows.values.lazy.compactMap(\.until).min() }
    }
    /// When the next one ends by itself; asked with every record.
    public private(set) var nextEnd: Timestamp?
    private var changed: Set<String> = []

    public init(_ stored: [Maintenance] = []) {
        windows = Dictionary(stored.map { ($0.device, $0) }) { $1 }
        nextEnd = windows.values.lazy.compactMap(\.until).min()
    }

    public var isEmpty: Bool { windows.isEmpty }
    public var all: [Maintenance] { windows.values.sorted { $0.device < $1.device } }

    public func contains(_ device: String) -> Bool { windows[device] != nil }

    /// Begins it, or sets another end and reason.
    public mutating func begin(_ maintenance: Maintenance) {
        windows[maintenance.device] = maintenance
        changed.insert(maintenance.device)
    }

    /// `nil` where the device was in none.
    public mutating func end(_ device: String) -> Maintenance? {
        guard let ended = windows.removeValue(forKey: device) else { return nil }
        changed.insert(device)
        return ended
    }

    /// The device is known by another identity now; what was said of that one holds.
    public mutating func move(from previous: String, to device: String) {
        guard previous != device, var window = end(previous) else { return }
        window.device = device
        if windows[device] == nil { begin(window) }
    }

    /// Takes out those whose end has come, the first to end first.
    public mutating func advance(to time: Timestamp) -> [Maintenance] {
        guard let nextEnd, nextEnd <= time else { return [] }
        let over = windows.values.filter { $0.until.map { $0 <= time } ?? false }
            .sorted { ($0.until ?? time, $0.device) < ($1.until ?? time, $1.device) }
        for window in over { _ = end(window.device) }
        return over
    }

    /// What the store has to write since the last call.
    public mutating func takeChanges() -> (standing: [Maintenance], ended: [String]) {
        defer { changed = [] }
        let sorted = changed.sorted()
        return (sorted.compactMap { windows[$0] }, sorted.filter { windows[$0] == nil })
    }
}
