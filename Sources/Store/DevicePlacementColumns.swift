internal import Alarms
internal import Basics

/// Where an event's or an alarm's device belonged when it came: the columns `device_group`, `tenant` and `site`, at the
/// end of the rows that have them.
extension EventDevice {
    func bindPlacement(to statement: inout BoundStatement) {
        statement.bind(group)
        statement.bind(tenant)
        statement.bind(site)
    }

    mutating func readPlacement(_ reader: inout RowReader) throws(StoreError) {
        group = try reader.optionalText()
        tenant = try reader.optionalText()
        site = try reader.optionalText()
    }

    /// Of rows from before nothing is known.
    static let placementMigration = """
        ALTER TABLE events ADD COLUMN device_group TEXT;
        ALTER TABLE events ADD COLUMN tenant TEXT;
        ALTER TABLE events ADD COLUMN site TEXT;
        """
}
