internal import Foundation
internal import GRDB

/// Text on its way into a column, whole.
///
/// SQLite's text ends at the first NUL where GRDB binds it, and a trap's text may hold one: such a text is stored as
/// its octets, which the reader takes as UTF-8 again.
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

extension String? {
    var stored: StoredText? { map(StoredText.init) }
}

/// Lists of sinks as JSON text. Nearly all events of a batch go to the same few lists, so each list is coded once.
struct SinkListCoder {
    /// Lists are made of configured names; a store written under many configurations could still hold many.
    private static let capacity = 1_024

    private var texts: [[String]: String] = [:]
    private var lists: [String: [String]] = [:]

    mutating func text(of sinks: [String]) throws -> String {
        if sinks.isEmpty { return "[]" }
        if let known = texts[sinks] { return known }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let text = String(decoding: try encoder.encode(sinks), as: UTF8.self)
        if texts.count >= Self.capacity { texts.removeAll() }
        texts[sinks] = text
        return text
    }

    /// `nil` if the text is no list of names.
    mutating func sinks(in text: String) -> [String]? {
        if text == "[]" { return [] }
        if let known = lists[text] { return known }
        guard let sinks = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else { return nil }
        if lists.count >= Self.capacity { lists.removeAll() }
        lists[text] = sinks
        return sinks
    }
}
