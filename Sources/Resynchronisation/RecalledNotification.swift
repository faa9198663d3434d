import Foundation
import Manager
public import SNMPWire

/// A notification as a row of a device's table recalls it.
public struct RecalledNotification: Sendable, Hashable {
    /// The row's index, without meaning beyond this table and its order.
    public var index: [UInt32]
    public var trapOID: OID
    public var variables: VariableBindings
    /// In hundredths of a second; `nil` where the row does not tell.
    public var uptime: UInt32?

    public init(index: [UInt32], trapOID: OID, variables: VariableBindings, uptime: UInt32? = nil) {
        self.index = index
        self.trapOID = trapOID
        self.variables = variables
        self.uptime = uptime
    }
}

/// What tells one notification from another of the same device, whichever way it came.
public struct NotificationIdentity: Sendable, Hashable, Codable {
    var trap: String
    var source: String
    var severity: Int32?
    /// The octets of its DateAndTime; `nil` where it has none.
    var time: [UInt8]?

    init(trapOID: OID, variables: VariableBindings, _ profile: SyncProfile) {
        trap = trapOID.description
        source = ""
        for variable in variables {
            if let name = profile.source, variable.name.hasPrefix(name), case .octetString(let octets) = variable.value
            {
                source = String(decoding: octets.filter { $0 != 0 }, as: UTF8.self)
            } else if let name = profile.severity, variable.name.hasPrefix(name),
                case .integer(let number) = variable.value
            {
                severity = number
            } else if let name = profile.time, variable.name.hasPrefix(name),
                case .octetString(let octets) = variable.value, octets.contains(where: { $0 != 0 })
            {
                time = Array(octets)
            }
        }
    }
}

/// A notification that was heard, as little as it takes to recognise its row: these are kept with the device's state.
struct HeardNotification: Sendable, Hashable {
    /// Of its trap and source, and with its severity.
    private(set) var alarm: UInt64
    private var print: UInt64
    /// Of its time; `nil` where it has none.
    private var time: UInt64?
    /// Nanoseconds since 1970.
    var heard: Int64
    /// What came before it was sent behind it.
    var isLate: Bool

    init(_ identity: NotificationIdentity, heard: Int64, isLate: Bool = false) {
        alarm = HeardNotification.print(Array("\(identity.trap) \(identity.source)".utf8))
        print = HeardNotification.print(identity)
        time = identity.time.map { HeardNotification.print($0) }
        self.heard = heard
        self.isLate = isLate
    }

    /// Whether the row is its. Older firmware sends no time with a trap, and then its row's is taken for it.
    func isSame(as other: HeardNotification) -> Bool {
        guard print == other.print else { return false }
        guard let time, let otherTime = other.time else { return true }
        return time == otherTime
    }

    // MARK: Keeping

    static let packedSize = 33
    private static let (late, timed): (UInt8, UInt8) = (1, 2)

    var packed: [UInt8] {
        var octets = [(isLate ? Self.late : 0) | (time == nil ? 0 : Self.timed)]
        for number in [alarm, print, time ?? 0, UInt64(bitPattern: heard)] {
            for shift in stride(from: 0, to: 64, by: 8) { octets.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        return octets
    }

    /// Exactly `packedSize` octets.
    init(packed octets: ArraySlice<UInt8>) {
        func number(_ place: Int) -> UInt64 {
            octets.dropFirst(1 + place * 8).prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        let flags = octets.first ?? 0
        (alarm, print, time) = (number(0), number(1), flags & Self.timed == 0 ? nil : number(2))
        heard = Int64(bitPattern: number(3))
        isLate = flags & Self.late != 0
    }

    /// The same, and sure: both have the time.
    func isSurelySame(as other: HeardNotification) -> Bool {
        time != nil && other.time != nil && isSame(as: other)
    }

    private static func print(_ identity: NotificationIdentity) -> UInt64 {
        print(Array("\(identity.trap) \(identity.severity ?? -1) \(identity.source)".utf8))
    }

    /// FNV-1a of 64 bits: the same in every process, which Swift's own hashes are not.
    private static func print(_ octets: [UInt8]) -> UInt64 {
        octets.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

/// Heard notifications, kept as octets: there may be hundreds, and they are written with each batch that adds one.
@propertyWrapper struct PackedList: Sendable, Hashable, Codable {
    var wrappedValue: [HeardNotification]

    init(wrappedValue: [HeardNotification]) {
        self.wrappedValue = wrappedValue
    }

    init(from decoder: any Decoder) throws {
        let octets = [UInt8](try decoder.singleValueContainer().decode(Data.self))
        let size = HeardNotification.packedSize
        wrappedValue = stride(from: 0, to: octets.count / size * size, by: size).map {
            HeardNotification(packed: octets[$0..<($0 + size)])
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Data(wrappedValue.flatMap(\.packed)))
    }
}

extension SyncProfile.Table {
    /// By place: the notification's OID, the columns, and the time of the device.
    var walkColumns: [OID] {
        ([notification] + columns.map(\.number) + [uptime].compactMap { $0 }).map { entry.appending($0) }
    }

    /// The rows that name a notification, in the order of the table.
    func recall(_ rows: [TableWalk.Row]) -> [RecalledNotification] {
        rows.compactMap { row in
            guard case .objectIdentifier(let trapOID)? = row.values.first ?? nil else { return nil }
            var variables: [VariableBinding] = []
            for (column, value) in zip(columns, row.values.dropFirst()) {
                if let value { variables.append(VariableBinding(name: column.variable, value: value)) }
            }
            var uptime: UInt32?
            if self.uptime != nil, case .timeTicks(let ticks)? = row.values.last ?? nil { uptime = ticks }
            return RecalledNotification(
                index: row.index, trapOID: trapOID, variables: VariableBindings(variables), uptime: uptime)
        }
    }
}

extension SyncProfile.VariableTable {
    /// By place: the name, its type, and the values.
    var walkColumns: [OID] { ([name, type] + values.values.sorted()).map { entry.appending($0) } }

    /// To whom the variables of the row of the active table with this index belong. That table's is (list, time,
    /// number) and this one's (list, number, variable): the time is a string of known length, so the number is the last
    /// arc and the list all before the time.
    static func owner(ofActive index: [UInt32]) -> [UInt32]? {
        guard let listLength = index.first, let number = index.last else { return nil }
        return index.prefix(1 + Int(listLength)) + [number]
    }

    /// The variables by those to whom they belong, each in the order of the table.
    func variables(in rows: [TableWalk.Row]) -> [[UInt32]: [VariableBinding]] {
        let columns = values.values.sorted()
        var variables: [[UInt32]: [VariableBinding]] = [:]
        for row in rows {
            guard !row.index.isEmpty, case .objectIdentifier(let name)? = row.values[0],
                case .integer(let type)? = row.values[1], let column = values[type].flatMap(columns.firstIndex),
                let value = row.values[2 + column]
            else { continue }
            variables[Array(row.index.dropLast()), default: []].append(VariableBinding(name: name, value: value))
        }
        return variables
    }
}
