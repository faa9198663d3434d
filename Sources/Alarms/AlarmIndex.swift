/// The numbers of all alarms that stand, by their keys and by their devices.
///
/// Of a key only 64 bits of a hash are kept, about a tenth of what the key itself takes. Whoever finds a number by it
/// has to look whether the alarm has the key that was asked for; the second of two keys with one hash is kept whole.
struct AlarmIndex: Sendable {
    private let hash: @Sendable (AlarmKey) -> UInt64
    private var numbers: [UInt64: Int64] = [:]
    private var collided: [AlarmKey: Int64] = [:]
    private var byDevice: [String: Set<Int64>] = [:]

    /// - Parameter hash: nothing that comes of the alarms depends on it. A sender chooses sources, so that it must not
    ///   be able to foresee it.
    init(hash: @escaping @Sendable (AlarmKey) -> UInt64 = AlarmIndex.seededHash) {
        self.hash = hash
    }

    static func seededHash(_ key: AlarmKey) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(key)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    var count: Int { numbers.count + collided.count }

    /// What a key leads to.
    enum Finding {
        case none
        /// The alarm of this key.
        case sure(Int64)
        /// An alarm of this key or of another one.
        case possible(Int64)
    }

    func find(_ key: AlarmKey) -> Finding {
        if !collided.isEmpty, let number = collided[key] { return .sure(number) }
        return numbers[hash(key)].map { .possible($0) } ?? .none
    }

    /// Of one device, in the order of their raises.
    func numbers(of device: String) -> [Int64] { byDevice[device]?.sorted() ?? [] }

    var devices: some Collection<String> { byDevice.keys }

    /// In the order of their raises.
    var all: [Int64] { (Array(numbers.values) + collided.values).sorted() }

    mutating func reserveCapacity(_ count: Int) { numbers.reserveCapacity(count) }

    /// - Parameter key: of no alarm that stands.
    mutating func insert(_ key: AlarmKey, _ number: Int64) {
        let hash = hash(key)
        if numbers[hash] == nil { numbers[hash] = number } else { collided[key] = number }
        byDevice[key.device, default: []].insert(number)
    }

    mutating func remove(_ key: AlarmKey, _ number: Int64) {
        if collided.isEmpty || collided.removeValue(forKey: key) == nil { numbers[hash(key)] = nil }
        byDevice[key.device]?.remove(number)
        if byDevice[key.device]?.isEmpty == true { byDevice[key.device] = nil }
    }
}
