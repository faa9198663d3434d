internal import Devices
internal import GRDB

/// The rows of sites whose alarm stands: few, and written anew when one changes.
enum SilentSiteRow {
    private static let columns = ["tenant", "site", "clears"]

    static func replace(_ sites: [SilentSite], in database: Database) throws {
        var removal = try BoundStatement(database, "DELETE FROM silent_sites")
        try removal.run()
        guard !sites.isEmpty else { return }
        var statement = try BoundStatement(
            database, "INSERT INTO silent_sites (\(columns.joined(separator: ", "))) VALUES (?, ?, ?)")
        for site in sites {
            statement.bind(site.tenant)
            statement.bind(site.site)
            statement.bind(site.clears)
            try statement.run()
        }
    }

    static func readAll(_ database: Database) throws -> [SilentSite] {
        var rows = try BoundStatement(
            database, "SELECT \(columns.joined(separator: ", ")) FROM silent_sites ORDER BY tenant, site")
        defer { rows.reset() }
        var reader = RowReader(rows, table: "silent_sites", columns: columns)
        var sites: [SilentSite] = []
        while try rows.step() {
            reader.nextRow()
            sites.append(
                SilentSite(
                    tenant: try reader.optionalText(), site: try reader.text(), clears: try reader.optionalInteger()))
        }
        return sites
    }
}
