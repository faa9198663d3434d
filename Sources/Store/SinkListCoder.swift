internal import Foundation

/// Lists of sinks as JSON text. Nearly all events of a batch go to the same few lists, so each list is coded once.
struct SinkListCoder {
    /// Lists are made of configured names; a store written under many configurations could still hold many.
    private static let capacity = 1_024

    private var texts: [[String]: String] = [:]
    private var lists: [String: [String]] = [:]
    /// The one asked for last: mostly it is asked for again.
    private var last: (sinks: [String], text: String) = ([], "[]")

    mutating func text(of sinks: [String]) throws -> String {
        if sinks == last.sinks { return last.text }
        if let known = texts[sinks] {
            last = (sinks, known)
            return known
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let text = String(decoding: try encoder.encode(sinks), as: UTF8.self)
        if texts.count >= Self.capacity { texts.removeAll() }
        texts[sinks] = text
        last = (sinks, text)
        return text
    }

    /// `nil` if the text is no list of names.
    mutating func sinks(in text: String) -> [String]? {
        if text == last.text { return last.sinks }
        if let known = lists[text] {
            last = (known, text)
            return known
        }
        guard let sinks = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else { return nil }
        if lists.count >= Self.capacity { lists.removeAll() }
        lists[text] = sinks
        last = (sinks, text)
        return sinks
    }
}
