internal import Foundation
internal import GRDB

/// Text on its way into a column through GRDB, whole: SQLite's text ends at the first NUL where GRDB binds it, see
/// ``BoundStatement``.
struct StoredText: DatabaseValueConvertible {
    var text: String

    init(_ text: String) {
        self.text = text
    }

    var databaseValue: DatabaseValue {
        text.utf8.contains(0) ? Data(text.utf8).databaseValue : text.databaseValue
    }

    static func fromDatabaseValue(_ value: DatabaseValue) -> StoredText? {
        String.fromDatabaseValue(value).map(StoredText.init)
    }
}
