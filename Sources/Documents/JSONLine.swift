import Foundation

/// The one form in which all of Trapline's JSON is written: one line, keys sorted, slashes as they are, and escaped what
/// a terminal would obey.
enum JSONLine {
    static func encode(_ document: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Our documents hold no number that JSON has not and no key twice, so that encoding them cannot fail.
        guard let data = try? encoder.encode(document) else { return "{}" }
        return TerminalText.json(String(decoding: data, as: UTF8.self))
    }
}
