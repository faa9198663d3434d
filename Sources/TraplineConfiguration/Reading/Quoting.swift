/// `text` as it may stand in a one-line message: in quotes, cut to a readable length, control characters written out.
func quoted(_ text: some StringProtocol) -> String {
    /// Long enough for any name; a whole file pasted as a value does not fill the terminal.
    let limit = 60
    var result = "\""
    for scalar in text.unicodeScalars.prefix(limit) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
            result += scalar.escaped(asASCII: true)
        default:
            result.unicodeScalars.append(scalar)
        }
    }
    let isCut = text.unicodeScalars.dropFirst(limit).first != nil
    return result + (isCut ? "…\"" : "\"")
}

/// `a`, `a or b`, `a, b or c`.
func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " or " + last
}
