internal import Alarms
internal import Basics
internal import Glibc
internal import Journal
internal import SNMPSecurity
internal import SNMPWire

/// Takes a row apart from its first column to its last. Whatever stands in a column gives a value or an error that
/// names the place: SQLite's columns hold any type, and the file may have been damaged or edited.
struct RowReader {
    private let row: BoundStatement
    private let table: String
    private let columns: [String]
    private var index = 0
    private(set) var memory: RowMemory

    /// - Parameter memory: what the rows before this one held; `RowReader.memory` is for the next.
    init(_ row: BoundStatement, table: String, columns: [String], memory: consuming RowMemory = RowMemory()) {
        self.row = row
        self.table = table
        self.columns = columns
        self.memory = memory
    }

    /// Begins with the first column again, of the row that the statement has moved to.
    mutating func nextRow() { index = 0 }

    mutating func integer() throws(StoreError) -> Int64 {
        guard let value = try optionalInteger() else { throw damaged("is empty") }
        return value
    }

    mutating func optionalInteger() throws(StoreError) -> Int64? {
        let column = next()
        switch row.type(column) {
        case .null: return nil
        case .integer: return row.integer(column)
        default: throw damaged("is no whole number")
        }
    }

    mutating func count() throws(StoreError) -> Int {
        let value = try integer()
        guard value >= 0, let count = Int(exactly: value) else { throw damaged("is no count: \(value)") }
        return count
    }

    /// Hundredths of a second, as sysUpTime counts them.
    mutating func uptime() throws(StoreError) -> UInt32? {
        guard let value = try optionalInteger() else { return nil }
        guard let uptime = UInt32(exactly: value) else { throw damaged("is no sysUpTime: \(value)") }
        return uptime
    }

    mutating func runningNumber() throws(StoreError) -> Int32? {
        guard let value = try optionalInteger() else { return nil }
        guard let number = Int32(exactly: value) else { throw damaged("is no running number: \(value)") }
        return number
    }

    mutating func text() throws(StoreError) -> String {
        guard let value = try optionalText() else { throw damaged("is empty") }
        return value
    }

    mutating func optionalText() throws(StoreError) -> String? {
        let column = next()
        switch row.type(column) {
        case .null: return nil
        case .text, .octets: break
        case .integer, .real: throw damaged("is no text")
        }
        let text = unsafe row.withOctets(column) { unsafe memory.text($0, column: column) }
        guard let text else { throw damaged("is no text") }
        return text
    }

    mutating func timestamp() throws(StoreError) -> Timestamp { Timestamp(nanoseconds: try integer()) }

    mutating func optionalTimestamp() throws(StoreError) -> Timestamp? {
        try optionalInteger().map { Timestamp(nanoseconds: $0) }
    }

    /// Nanoseconds with blanks between them.
    mutating func timestamps() throws(StoreError) -> [Timestamp] {
        var times: [Timestamp] = []
        for part in try text().split(separator: " ") {
            guard let nanoseconds = Int64(part) else { throw damaged("is no list of times") }
            times.append(Timestamp(nanoseconds: nanoseconds))
        }
        return times
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
        let column = try octetColumn()
        do {
            return try unsafe row.withOctets(column) { octets throws(WireError) in try unsafe memory.oid(octets) }
        } catch {
            throw damaged("is no OID: \(error)")
        }
    }

    mutating func address() throws(StoreError) -> IPAddress {
        let column = try octetColumn()
        guard let address = unsafe row.withOctets(column, { unsafe IPAddress(octets: $0) }) else {
            throw damaged("is no IP address")
        }
        return address
    }

    mutating func number() throws(StoreError) -> UInt32 {
        let value = try integer()
        guard let number = UInt32(exactly: value) else { throw damaged("is no small number: \(value)") }
        return number
    }

    mutating func optionalPort() throws(StoreError) -> UInt16? {
        guard let value = try optionalInteger() else { return nil }
        guard let port = UInt16(exactly: value) else { throw damaged("is no UDP port: \(value)") }
        return port
    }

    /// Two columns; `nil` where the first is empty.
    mutating func optionalEndpoint() throws(StoreError) -> Endpoint? {
        if row.type(index) == .null {
            index += 2
            return nil
        }
        let address = try address()
        return Endpoint(address, port: try optionalPort() ?? 0)
    }

    /// Two columns.
    mutating func position() throws(StoreError) -> JournalPosition? {
        let segment = try optionalInteger()
        let offset = try optionalInteger()
        guard let segment, let offset else { return nil }
        return JournalPosition(segment: UInt64(bitPattern: segment), offset: UInt64(bitPattern: offset))
    }

    mutating func engine() throws(StoreError) -> EngineID {
        guard let engine = EngineID(hexadecimal: try text()) else { throw damaged("is no engine ID") }
        return engine
    }

    /// An engine's boots, or its time.
    mutating func engineNumber() throws(StoreError) -> Int32 {
        let value = try integer()
        guard let number = Int32(exactly: value) else { throw damaged("is no count of boots or seconds: \(value)") }
        return number
    }

    mutating func sinks() throws(StoreError) -> [String] {
        guard let sinks = memory.coder.sinks(in: try text()) else { throw damaged("is no list of sinks") }
        return sinks
    }

    private mutating func octetColumn() throws(StoreError) -> Int {
        let column = next()
        guard row.type(column) == .octets else { throw damaged("holds no octets") }
        return column
    }

    private mutating func next() -> Int {
        defer { index += 1 }
        return index
    }

    /// About the column read last.
    private func damaged(_ reason: String) -> StoreError {
        let key =
            switch row.type(0) {
            case .integer: "\(row.integer(0))"
            case .text, .octets:
                unsafe row.withOctets(0) { unsafe String(decoding: $0, as: UTF8.self).debugDescription }
            case .null, .real: "?"
            }
        let column = columns.indices.contains(index - 1) ? columns[index - 1] : "\(index)"
        return StoreError(.damaged, place: "table \(table), row \(key), column \(column)", reason: reason)
    }
}

/// What the row before held. Most of a page's rows tell of few devices, alarms and causes: what is equal to the text in
/// the same column of the row before is that text, and costs no memory of its own.
struct RowMemory {
    var coder = SinkListCoder()
    private var texts: [String] = []
    private var lastOID: OID?

    /// All of it, for a reader that gives it back: two that held it would copy it at the first new text.
    mutating func take() -> RowMemory {
        var taken = RowMemory()
        swap(&self, &taken)
        return taken
    }

    /// `nil` where the octets are no UTF-8.
    mutating func text(_ octets: UnsafeRawBufferPointer, column: Int) -> String? {
        // Up to 15 octets lie within the string itself.
        guard octets.count > 15, let base = octets.baseAddress else {
            return unsafe String(validating: octets, as: UTF8.self)
        }
        while texts.count <= column { texts.append("") }
        let isSame = unsafe texts[column].utf8.withContiguousStorageIfAvailable { known in
            guard let start = known.baseAddress, known.count == octets.count else { return false }
            return unsafe memcmp(start, base, octets.count) == 0
        }
        if isSame == true { return texts[column] }
        guard let text = unsafe String(validating: octets, as: UTF8.self) else { return nil }
        texts[column] = text
        return text
    }

    mutating func oid(_ octets: UnsafeRawBufferPointer) throws(WireError) -> OID {
        if let lastOID, unsafe lastOID.encoded.elementsEqual(octets) { return lastOID }
        let oid = try unsafe OID(encoded: [UInt8](octets)[...])
        lastOID = oid
        return oid
    }
}
