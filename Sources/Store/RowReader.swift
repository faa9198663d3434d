internal import Alarms
internal import Basics
internal import Foundation
internal import GRDB
internal import Journal
internal import SNMPWire

/// Takes a row apart from its first column to its last. Whatever stands in a column gives a value or an error that
/// names the place: SQLite's columns hold any type, and the file may have been damaged or edited.
struct RowReader {
    private let row: Row
    private let table: String
    private let columns: [String]
    private var index = 0

    init(_ row: Row, table: String, columns: [String]) {
        self.row = row
        self.table = table
        self.columns = columns
    }

    mutating func integer() throws(StoreError) -> Int64 {
        guard let value = try optionalInteger() else { throw damaged("is empty") }
        return value
    }

    mutating func optionalInteger() throws(StoreError) -> Int64? {
        let value = next()
        if value.isNull { return nil }
        guard case .int64(let number) = value.storage else { throw damaged("is no whole number") }
        return number
    }

    mutating func count() throws(StoreError) -> Int {
        let value = try integer()
        guard value >= 0, let count = Int(exactly: value) else { throw damaged("is no count: \(value)") }
        return count
    }

    mutating func text() throws(StoreError) -> String {
        guard let value = try optionalText() else { throw damaged("is empty") }
        return value
    }

    mutating func optionalText() throws(StoreError) -> String? {
        let value = next()
        if value.isNull { return nil }
        guard let text = StoredText.fromDatabaseValue(value) else { throw damaged("is no text") }
        return text.text
    }

    mutating func timestamp() throws(StoreError) -> Timestamp { Timestamp(nanoseconds: try integer()) }

    mutating func optionalTimestamp() throws(StoreError) -> Timestamp? {
        try optionalInteger().map { Timestamp(nanoseconds: $0) }
    }

    mutating func severity() throws(StoreError) -> Severity {
        guard let severity = try optionalSeverity() else { throw damaged("is empty") }
        return severity
    }

    mutating func optionalSeverity() throws(StoreError) -> Severity? {
        guard let value = try optionalInteger() else { return nil }
        guard let severity = UInt8(exactly: value).flatMap(Severity.init(rawValue:)) else {
            throw damaged("is no severity: \(value)")
        }
        return severity
    }

    mutating func transition() throws(StoreError) -> Transition {
        let text = try text()
        guard let transition = Transition(rawValue: text) else {
            throw damaged("is no transition: \(text.debugDescription)")
        }
        return transition
    }

    mutating func oid() throws(StoreError) -> OID {
        let octets = try octets()
        do {
            return try OID(encoded: octets[...])
        } catch {
            throw damaged("is no OID: \(error)")
        }
    }

    mutating func address() throws(StoreError) -> IPAddress {
        guard let address = IPAddress(octets: try octets()) else { throw damaged("is no IP address") }
        return address
    }

    /// Two columns.
    mutating func position() throws(StoreError) -> JournalPosition? {
        let segment = try optionalInteger()
        let offset = try optionalInteger()
        guard let segment, let offset else { return nil }
        return JournalPosition(segment: UInt64(bitPattern: segment), offset: UInt64(bitPattern: offset))
    }

    mutating func sinks(_ coder: inout SinkListCoder) throws(StoreError) -> [String] {
        guard let sinks = coder.sinks(in: try text()) else { throw damaged("is no list of sinks") }
        return sinks
    }

    private mutating func octets() throws(StoreError) -> [UInt8] {
        guard case .blob(let data) = next().storage else { throw damaged("holds no octets") }
        return [UInt8](data)
    }

    private mutating func next() -> DatabaseValue {
        defer { index += 1 }
        return index < row.count ? row[index] : .null
    }

    /// About the column read last.
    private func damaged(_ reason: String) -> StoreError {
        let key = row.count > 0 ? (row[0] as DatabaseValue).description : "?"
        let column = columns.indices.contains(index - 1) ? columns[index - 1] : "\(index)"
        return StoreError(.damaged, place: "table \(table), row \(key), column \(column)", reason: reason)
    }
}
