internal import Basics
internal import Devices
internal import GRDB

/// The rows of claims that nobody has proven yet.
enum BindingClaimRow {
    private static let columns = [
        "claim", "kind", "device", "peer_serial", "address", "port", "reached_address", "reached_port", "first",
        "last", "count", "is_old_heard",
    ]

    private static let insertion = """
        INSERT OR REPLACE INTO device_claims (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """

    private static let all = "SELECT \(columns.joined(separator: ", ")) FROM device_claims ORDER BY claim"

    static func remove(_ keys: [String], from database: Database) throws {
        guard !keys.isEmpty else { return }
        var removal = try BoundStatement(database, "DELETE FROM device_claims WHERE claim = ?")
        for key in keys {
            removal.bind(key)
            try removal.run()
        }
    }

    static func write(_ claims: [BindingClaim], to database: Database) throws {
        guard !claims.isEmpty else { return }
        var statement = try BoundStatement(database, insertion)
        for claim in claims {
            statement.bind(claim.key)
            statement.bind(claim.kind.rawValue)
            statement.bind(claim.device)
            statement.bind(claim.peerSerial)
            statement.bind(claim.address)
            statement.bind(claim.port.map { Int64($0) })
            statement.bind(claim.reached.address)
            statement.bind(Int64(claim.reached.port))
            statement.bind(claim.first)
            statement.bind(claim.last)
            statement.bind(Int64(claim.count))
            statement.bind(Int64(claim.isOldHeard ? 1 : 0))
            try statement.run()
        }
    }

    static func readAll(_ database: Database) throws -> [BindingClaim] {
        var rows = try BoundStatement(database, all)
        defer { rows.reset() }
        var reader = RowReader(rows, table: "device_claims", columns: columns)
        var claims: [BindingClaim] = []
        while try rows.step() {
            reader.nextRow()
            // Whoever claims it will do so again.
            guard let claim = try? read(&reader) else { continue }
            claims.append(claim)
        }
        return claims
    }

    /// `nil` for a kind that is not known.
    private static func read(_ reader: inout RowReader) throws(StoreError) -> BindingClaim? {
        let key = try reader.text()
        guard let kind = BindingClaim.Kind(rawValue: try reader.text()) else { return nil }
        let (device, peer) = (try reader.text(), try reader.optionalText())
        let (address, port) = (try reader.address(), try reader.optionalPort())
        guard let reached = try reader.optionalEndpoint() else { return nil }
        return BindingClaim(
            key: key, kind: kind, device: device, peerSerial: peer, address: address, port: port, reached: reached,
            first: try reader.integer(), last: try reader.integer(), count: try reader.count(),
            isOldHeard: try reader.integer() != 0)
    }
}
