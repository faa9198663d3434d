internal import Basics
internal import Foundation
internal import GRDB
internal import Manager
public import Resynchronisation
internal import SNMPWire

/// The rows of what is known of devices' tables, and of the requests that the manager is to send.
enum SyncRows {
    /// The number on the wire of the version that the device wants; NULL where it never said.
    static let versionsMigration = "ALTER TABLE requests ADD COLUMN version INTEGER;"

    /// A device's state is one value, read whole at start and never searched.
    static let migration = """
        CREATE TABLE resynchronisation (
            device TEXT PRIMARY KEY,
            state BLOB NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE requests (
            number INTEGER PRIMARY KEY,
            device TEXT NOT NULL,
            peer TEXT NOT NULL,
            local TEXT,
            message BLOB NOT NULL
        );
        """

    static let numbersMigration = """
        CREATE TABLE running_numbers (
            device TEXT PRIMARY KEY,
            numbers BLOB NOT NULL
        ) WITHOUT ROWID;
        """

    static let walksMigration = """
        CREATE TABLE walk_parts (
            device TEXT NOT NULL,
            walk INTEGER NOT NULL,
            part INTEGER NOT NULL,
            message BLOB NOT NULL,
            PRIMARY KEY (device, walk, part)
        ) WITHOUT ROWID;
        """

    /// The number given last, so that none is given twice.
    private static let lastNumber = "last request"

    static func write(_ changes: SyncTable.Changes, to database: Database) throws {
        guard !changes.isEmpty else { return }
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        for (device, state) in changes.states {
            if var state {
                state.numbers = RunningNumbers()
                try database.cachedStatement(
                    sql: "INSERT OR REPLACE INTO resynchronisation (device, state) VALUES (?, ?)"
                ).execute(arguments: [StoredText(device), try encoder.encode(state)])
            } else {
                for table in ["resynchronisation", "running_numbers"] {
                    try database.cachedStatement(sql: "DELETE FROM \(table) WHERE device = ?")
                        .execute(arguments: [StoredText(device)])
                }
            }
        }
        for (device, numbers) in changes.numbers {
            try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO running_numbers (device, numbers) VALUES (?, ?)"
            ).execute(arguments: [StoredText(device), Data(octets(numbers.packed))])
        }
        for rows in changes.walks {
            if rows.isAnew {
                try database.cachedStatement(sql: "DELETE FROM walk_parts WHERE device = ?")
                    .execute(arguments: [StoredText(rows.device)])
            }
            for part in rows.parts {
                try database.cachedStatement(
                    sql: "INSERT INTO walk_parts (device, walk, part, message) VALUES (?, ?, ?, ?)"
                ).execute(arguments: [
                    StoredText(rows.device), part.walk, part.number, Data(TableWalk.encode(part.variables)),
                ])
            }
        }
        for number in changes.settled {
            try database.cachedStatement(sql: "DELETE FROM requests WHERE number = ?").execute(arguments: [number])
        }
        for request in changes.requests {
            try database.cachedStatement(
                sql: "INSERT INTO requests (number, device, peer, local, message, version) VALUES (?, ?, ?, ?, ?, ?)"
            ).execute(arguments: [
                request.number, StoredText(request.device), request.path.peer.description,
                request.path.local?.description, Data(SyncRows.message(request.request)),
                request.version?.rawValue,
            ])
        }
        try ProgressRow.insert(lastNumber, changes.lastNumber, into: database)
    }

    /// A state that cannot be read is left out: its device is asked as one that is new.
    static func load(_ database: Database) throws -> (states: [(device: String, state: SyncTable.State)], last: Int64) {
        let decoder = PropertyListDecoder()
        let rows = try Row.fetchAll(database, sql: "SELECT device, state FROM resynchronisation ORDER BY device")
        var numbers: [String: RunningNumbers] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT device, numbers FROM running_numbers") {
            guard let device: String = row[0], let data: Data = row[1] else { continue }
            numbers[device] = RunningNumbers(packed: integers([UInt8](data)))
        }
        var parts: [String: [(walk: Int, message: [UInt8])]] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT device, walk, message FROM walk_parts ORDER BY 1, 2, part") {
            guard let device: String = row[0], let walk: Int = row[1], let message: Data = row[2] else { continue }
            parts[device, default: []].append((walk, [UInt8](message)))
        }
        let states = rows.compactMap { row -> (device: String, state: SyncTable.State)? in
            guard let device: String = row[0], let octets: Data = row[1],
                var state = try? decoder.decode(SyncTable.State.self, from: octets)
            else { return nil }
            for part in parts[device] ?? [] {
                guard let variables = try? TableWalk.part(part.message) else { return nil }
                state.append(variables, toWalk: part.walk)
            }
            state.numbers = numbers[device] ?? RunningNumbers()
            return (device, state)
        }
        return (states, try ProgressRow.value(lastNumber, database) ?? 0)
    }

    /// Eight octets each, the lowest first.
    private static func octets(_ integers: [Int64]) -> [UInt8] {
        integers.flatMap { integer in
            stride(from: 0, to: 64, by: 8).map { UInt8(truncatingIfNeeded: integer >> $0) }
        }
    }

    private static func integers(_ octets: [UInt8]) -> [Int64] {
        stride(from: 0, to: octets.count / 8 * 8, by: 8).map { place in
            octets[place..<(place + 8)].reversed().reduce(0) { $0 << 8 | Int64($1) }
        }
    }

    /// Those behind a number, in order.
    static func requests(after number: Int64, limit: Int, _ database: Database) throws -> [SyncTable.Request] {
        let rows = try Row.fetchAll(
            database,
            sql:
                "SELECT number, device, peer, local, message, version FROM requests WHERE number > ? ORDER BY 1 LIMIT ?",
            arguments: [number, limit])
        return rows.compactMap { row in
            guard let number: Int64 = row[0], let device: String = row[1], let peerText: String = row[2],
                let octets: Data = row[4], let peer = Endpoint(peerText), let request = SyncRows.request(Array(octets))
            else { return nil }
            let local: String? = row[3]
            let version: Int32? = row[5]
            return SyncTable.Request(
                number: number, device: device, path: RequestPath(peer: peer, local: local.flatMap { Endpoint($0) }),
                request: request, version: version.flatMap { SNMPVersion(rawValue: $0) })
        }
    }

    // MARK: A request, as a message without a community

    private static func message(_ request: SNMPRequest) -> [UInt8] {
        request.encode(requestID: 0, CommunityCredential(version: .v2c, community: Secret("")))
    }

    private static func request(_ message: [UInt8]) -> SNMPRequest? {
        guard case .community(let message)? = try? SNMPMessage.decode(message), case .standard(let pdu) = message.pdu
        else { return nil }
        switch pdu.kind {
        case .getRequest: return SNMPRequest(.get, pdu.variables)
        case .getNextRequest: return SNMPRequest(.getNext, pdu.variables)
        case .getBulkRequest: return SNMPRequest(.getBulk(maxRepetitions: pdu.maxRepetitions), pdu.variables)
        // Nothing is ever set but by an operator's command, which takes another way.
        default: return nil
        }
    }
}

extension EventStore {
    /// Requests that the pipeline wants to be sent to devices, and that are not settled, behind a number and in order.
    public func requests(after number: Int64, limit: Int) throws(StoreError) -> [SyncTable.Request] {
        try reading { database in try SyncRows.requests(after: number, limit: limit, database) }
    }
}
