internal import SNMPWire

/// The keys that a journal was received with, for as long as it is kept: a user that was changed or removed meanwhile is
/// still decrypted. Where a user had several, the one that authenticates a message and decrypts it is the right one.
public struct KeptKeys: Sendable {
    public struct Entry: Sendable, Hashable {
        let user: ShortOctets
        public let engine: EngineID
        public let keys: LocalisedKeys

        public var userName: [UInt8] { user.octets }
    }

    private struct Place: Hashable {
        var user: ShortOctets
        var engine: EngineID
    }

    /// A password is not changed so often within the days that a journal is kept; it bounds what one datagram costs.
    public static let mostForOne = 4

    private var byPlace: [Place: [LocalisedKeys]] = [:]

    public init(_ entries: [Entry] = []) {
        for entry in entries { keep(entry) }
    }

    public var entries: [Entry] {
        byPlace.flatMap { place, keys in
            keys.reversed().map { Entry(user: place.user, engine: place.engine, keys: $0) }
        }
    }

    public var isEmpty: Bool { byPlace.isEmpty }

    /// Of more than `mostForOne` at one place the oldest is given up.
    public mutating func keep(_ entry: Entry) {
        let place = Place(user: entry.user, engine: entry.engine)
        var keys = byPlace[place] ?? []
        keys.removeAll { $0 == entry.keys }
        keys.insert(entry.keys, at: 0)
        byPlace[place] = Array(keys.prefix(Self.mostForOne))
    }

    mutating func remove(_ entry: Entry) {
        let place = Place(user: entry.user, engine: entry.engine)
        byPlace[place]?.removeAll { $0 == entry.keys }
        if byPlace[place]?.isEmpty == true { byPlace[place] = nil }
    }

    /// The latest first.
    func keys(of user: ShortOctets, at engine: EngineID) -> [LocalisedKeys] {
        byPlace[Place(user: user, engine: engine)] ?? []
    }
}
