internal import Basics
internal import Devices
internal import GRDB

/// The rows of the inventory: a row a device, its signs of life since that was written, what is claimed of it, and the
/// sites that are silent.
enum DeviceRow {
    /// The first form of the table told no more than the address and the times.
    static let migration = """
        ALTER TABLE devices ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE devices ADD COLUMN ports INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE devices ADD COLUMN reached_address BLOB;
        ALTER TABLE devices ADD COLUMN reached_port INTEGER;
        ALTER TABLE devices ADD COLUMN serial TEXT;
        ALTER TABLE devices ADD COLUMN peer_serial TEXT;
        ALTER TABLE devices ADD COLUMN engine_id TEXT;
        ALTER TABLE devices ADD COLUMN product TEXT;
        ALTER TABLE devices ADD COLUMN software_version TEXT;
        ALTER TABLE devices ADD COLUMN found_name TEXT;
        ALTER TABLE devices ADD COLUMN given_name TEXT;
        ALTER TABLE devices ADD COLUMN given_group TEXT;
        ALTER TABLE devices ADD COLUMN given_tenant TEXT;
        ALTER TABLE devices ADD COLUMN given_region TEXT;
        ALTER TABLE devices ADD COLUMN given_site TEXT;
        ALTER TABLE devices ADD COLUMN place_group TEXT NOT NULL DEFAULT 'default';
        ALTER TABLE devices ADD COLUMN tenant TEXT;
        ALTER TABLE devices ADD COLUMN region TEXT;
        ALTER TABLE devices ADD COLUMN site TEXT;
        ALTER TABLE devices ADD COLUMN last_notification TEXT;
        ALTER TABLE devices ADD COLUMN last_listener TEXT;
        ALTER TABLE devices ADD COLUMN is_in_maintenance INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE devices ADD COLUMN stage INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE devices ADD COLUMN refreshed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE devices ADD COLUMN period INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE devices ADD COLUMN odd_period INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE devices ADD COLUMN odd_count INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE devices ADD COLUMN last_sign INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE device_signs (
            id INTEGER PRIMARY KEY,
            device INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            last_keep_alive INTEGER,
            stage INTEGER NOT NULL,
            refreshed INTEGER NOT NULL,
            period INTEGER NOT NULL,
            odd_period INTEGER NOT NULL,
            odd_count INTEGER NOT NULL,
            last_notification TEXT,
            last_listener TEXT
        );
        CREATE TABLE device_claims (
            claim TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            device TEXT NOT NULL,
            peer_serial TEXT,
            address BLOB NOT NULL,
            port INTEGER,
            reached_address BLOB NOT NULL,
            reached_port INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            count INTEGER NOT NULL,
            is_old_heard INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE silent_sites (
            tenant TEXT,
            site TEXT NOT NULL,
            clears INTEGER
        );
        """

    private static let columns = [
        "id", "name", "address", "first_seen", "last_seen", "last_keep_alive", "number", "ports", "reached_address",
        "reached_port", "serial", "peer_serial", "engine_id", "product", "software_version", "found_name",
        "given_name", "given_group", "given_tenant", "given_region", "given_site", "place_group", "tenant", "region",
        "site", "last_notification", "last_listener", "is_in_maintenance", "stage", "refreshed", "period",
        "odd_period", "odd_count", "last_sign",
    ]

    private static let insertion = """
        INSERT OR REPLACE INTO devices (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """

    private static let all = "SELECT \(columns.joined(separator: ", ")) FROM devices ORDER BY id"

    // MARK: - Writing

    static func write(_ changes: DeviceChanges, to database: Database) throws {
        try remove(changes.removals, from: database)
        try insert(changes.devices, into: database)
        try DeviceSignRow.insert(changes.signs, into: database)
        // Whatever is written from now on knows of the signs up to here.
        if changes.beginsSettling { try DeviceSignRow.mark(database) }
        if changes.isSettled { try DeviceSignRow.removeMarked(database) }
        try BindingClaimRow.remove(changes.claimRemovals, from: database)
        try BindingClaimRow.write(changes.claims, to: database)
        if let sites = changes.sites { try SilentSiteRow.replace(sites, in: database) }
    }

    private static func remove(_ ids: [String], from database: Database) throws {
        guard !ids.isEmpty else { return }
        var removal = try BoundStatement(database, "DELETE FROM devices WHERE id = ?")
        for id in ids {
            removal.bind(id)
            try removal.run()
        }
    }

    private static func insert(_ devices: [Device], into database: Database) throws {
        guard !devices.isEmpty else { return }
        // The rows know better than the signs up to here.
        let lastSign = try DeviceSignRow.last(database)
        var statement = try BoundStatement(database, insertion)
        let devices = devices.span
        for index in devices.indices {
            bind(devices[index], to: &statement)
            statement.bind(lastSign)
            try statement.run()
        }
    }

    private static func bind(_ device: borrowing Device, to statement: inout BoundStatement) {
        statement.bind(device.id)
        statement.bind(device.name)
        statement.bind(device.address)
        statement.bind(device.firstSeen.nanoseconds)
        statement.bind(device.lastSeen.nanoseconds)
        statement.bind(device.lastKeepAlive?.nanoseconds)
        statement.bind(Int64(device.number))
        statement.bind(device.ports.packed)
        if let reached = device.reached {
            statement.bind(reached.address)
            statement.bind(Int64(reached.port))
        } else {
            statement.bindNull()
            statement.bindNull()
        }
        statement.bind(device.serial)
        statement.bind(device.peerSerial)
        statement.bind(device.engineID)
        statement.bind(device.product)
        statement.bind(device.softwareVersion)
        statement.bind(device.foundName)
        statement.bind(device.given.name)
        statement.bind(device.given.group)
        statement.bind(device.given.tenant)
        statement.bind(device.given.region)
        statement.bind(device.given.site)
        statement.bind(device.group)
        statement.bind(device.tenant)
        statement.bind(device.region)
        statement.bind(device.site)
        statement.bind(device.lastNotification)
        statement.bind(device.lastListener)
        statement.bind(Int64(device.isInMaintenance ? 1 : 0))
        statement.bind(device.liveness)
    }

    // MARK: - Reading

    /// What the inventory goes on from; the clock is the pipeline's.
    static func load(clock: Timestamp?, _ database: Database) throws -> SavedInventory {
        let signs = try DeviceSignRow.count(database)
        return SavedInventory(
            devices: try readAll(database), claims: try BindingClaimRow.readAll(database),
            sites: try SilentSiteRow.readAll(database), clock: clock,
            live: try ProgressRow.value(ProgressRow.liveClock, database) ?? 0,
            signCount: signs.count, lastNumber: signs.lastDevice)
    }

    /// In the order of their identities, with their last signs of life.
    static func readAll(_ database: Database) throws -> [Device] {
        var rows = try BoundStatement(database, all)
        defer { rows.reset() }
        var reader = RowReader(rows, table: "devices", columns: columns)
        var devices: [Device] = []
        var lastSigns: [Int64] = []
        while try rows.step() {
            reader.nextRow()
            devices.append(try read(&reader))
            lastSigns.append(try reader.integer())
        }
        try DeviceSignRow.apply(to: &devices, behind: lastSigns, database)
        return devices
    }

    private static func read(_ reader: inout RowReader) throws(StoreError) -> Device {
        var device = Device(
            id: try reader.text(), name: try reader.text(), address: try reader.address(),
            firstSeen: try reader.timestamp(), lastSeen: try reader.timestamp(),
            lastKeepAlive: try reader.optionalTimestamp())
        device.number = try reader.number()
        device.ports = BoundPorts(packed: try reader.integer())
        device.reached = try reader.optionalEndpoint()
        device.serial = try reader.optionalText()
        device.peerSerial = try reader.optionalText()
        device.engineID = try reader.optionalText()
        device.product = try reader.optionalText()
        device.softwareVersion = try reader.optionalText()
        device.foundName = try reader.optionalText()
        device.given = Device.Placement(
            name: try reader.optionalText(), group: try reader.optionalText(), tenant: try reader.optionalText(),
            region: try reader.optionalText(), site: try reader.optionalText())
        device.group = try reader.text()
        device.tenant = try reader.optionalText()
        device.region = try reader.optionalText()
        device.site = try reader.optionalText()
        device.lastNotification = try reader.optionalText()
        device.lastListener = try reader.optionalText()
        device.isInMaintenance = try reader.integer() != 0
        device.liveness = try reader.liveness()
        return device
    }
}

extension BoundStatement {
    /// Five columns.
    mutating func bind(_ liveness: Liveness) {
        bind(Int64(liveness.stage.rawValue))
        bind(liveness.refreshed)
        bind(Int64(liveness.period.learned))
        bind(Int64(liveness.period.odd))
        bind(Int64(liveness.period.oddCount))
    }
}

extension RowReader {
    /// Five columns.
    mutating func liveness() throws(StoreError) -> Liveness {
        var liveness = Liveness()
        // A stage that is not known is as good as none: the next sign of life makes it right.
        liveness.stage = Liveness.Stage(rawValue: UInt8(truncatingIfNeeded: try integer())) ?? .unwatched
        liveness.refreshed = try integer()
        liveness.period = KeepAlivePeriod(
            learned: try number(), odd: try number(), oddCount: UInt8(truncatingIfNeeded: try integer()))
        return liveness
    }
}
