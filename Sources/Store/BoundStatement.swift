internal import Basics
internal import GRDB
internal import GRDBSQLite
internal import Glibc
internal import SNMPWire

/// A prepared statement whose parameters are bound, and whose rows are read, through SQLite's own interface: a row of
/// the event log has 23 columns, and a boxed value for each cost more than SQLite itself.
///
/// It is used within one access to the database and by one thread. The pointer is the statement's, which lives as long
/// as this value holds it.
@safe struct BoundStatement {
    /// SQLite copies what is bound: the memory is only borrowed for the call.
    private static let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private let statement: Statement
    private let pointer: OpaquePointer
    private var parameter: Int32 = 0
    /// Of the first parameter that SQLite refused.
    private var refusal = SQLITE_OK

    /// A statement that the connection keeps prepared.
    init(_ database: Database, _ sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
        unsafe pointer = statement.sqliteStatement
    }

    // MARK: - Parameters, from the first to the last

    mutating func bind(_ number: Int64) {
        parameter += 1
        unsafe note(sqlite3_bind_int64(pointer, parameter, number))
    }

    mutating func bind(_ number: Int64?) {
        if let number { bind(number) } else { bindNull() }
    }

    mutating func bindNull() {
        parameter += 1
        unsafe note(sqlite3_bind_null(pointer, parameter))
    }

    /// Whole, also where it holds a NUL: most readers of SQLite's text end there, and a trap's text may hold one. Such a
    /// text is stored as its octets, which the reader takes as UTF-8 again.
    mutating func bind(_ text: String) {
        parameter += 1
        var text = text
        let (pointer, parameter) = unsafe (pointer, parameter)
        let code = text.withUTF8 { octets in
            guard let base = octets.baseAddress, !octets.isEmpty else {
                return unsafe sqlite3_bind_text(pointer, parameter, "", 0, Self.copied)
            }
            let count = Int32(clamping: octets.count)
            guard unsafe memchr(base, 0, octets.count) == nil else {
                return unsafe sqlite3_bind_blob(pointer, parameter, base, count, Self.copied)
            }
            return unsafe base.withMemoryRebound(to: CChar.self, capacity: octets.count) {
                unsafe sqlite3_bind_text(pointer, parameter, $0, count, Self.copied)
            }
        }
        note(code)
    }

    mutating func bind(_ text: String?) {
        if let text { bind(text) } else { bindNull() }
    }

    mutating func bind(_ oid: OID) {
        unsafe oid.encoded.withUnsafeBytes { unsafe bind($0) }
    }

    /// 4 or 16 octets in network order.
    mutating func bind(_ address: IPAddress) {
        let width = address.family.bitWidth / 8
        unsafe withUnsafeBytes(of: address.bits.bigEndian) { octets in
            unsafe bind(UnsafeRawBufferPointer(rebasing: octets.suffix(width)))
        }
    }

    private mutating func bind(_ octets: UnsafeRawBufferPointer) {
        parameter += 1
        unsafe note(
            sqlite3_bind_blob(pointer, parameter, octets.baseAddress, Int32(clamping: octets.count), Self.copied))
    }

    private mutating func note(_ code: Int32) {
        if refusal == SQLITE_OK { refusal = code }
    }

    // MARK: - Running

    /// Runs a statement that gives no rows; the next `bind` is the first parameter again.
    mutating func run() throws {
        while try step() {}
    }

    /// Moves to the next row; `false` behind the last, where the statement is ready to be bound anew.
    mutating func step() throws -> Bool {
        let code = refusal == SQLITE_OK ? unsafe sqlite3_step(pointer) : refusal
        if code == SQLITE_ROW { return true }
        // Before the reset, which forgets the words.
        let message = unsafe sqlite3_errmsg(sqlite3_db_handle(pointer)).map { unsafe String(cString: $0) }
        reset()
        guard code == SQLITE_DONE else {
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
        return false
    }

    /// Gives up the rows that are left: an open statement would hold its snapshot of the log.
    mutating func reset() {
        _ = unsafe sqlite3_reset(pointer)
        parameter = 0
        refusal = SQLITE_OK
    }

    // MARK: - The row's columns, counted from 0

    var columnCount: Int { Int(unsafe sqlite3_data_count(pointer)) }

    enum ColumnType { case null, integer, real, text, octets }

    func type(_ column: Int) -> ColumnType {
        switch unsafe sqlite3_column_type(pointer, Int32(column)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .octets
        default: .null
        }
    }

    func integer(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(pointer, Int32(column)) }

    /// The octets of a text or a blob, for as long as `body` runs.
    func withOctets<Result, Failure: Error>(
        _ column: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let base = unsafe sqlite3_column_blob(pointer, Int32(column))
        let count = unsafe base == nil ? 0 : Int(sqlite3_column_bytes(pointer, Int32(column)))
        return try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }
}
