/// What a mail says, as headings and tables; printed as text and as HTML.
struct MailBody {
    struct Section {
        var heading: String
        /// Each of as many cells as the others. Two cells are a label and its value.
        var rows: [[String]]
        /// Below the rows.
        var note: String?
    }

    var title: String
    var lead: String
    var sections: [Section]

    /// Lines end in LF.
    var text: String {
        var lines = [PlainText.oneLine(title)]
        if !lead.isEmpty { lines += PlainText.lines(lead) }
        for section in sections where !section.rows.isEmpty || section.note != nil {
            lines += ["", section.heading]
            let labelWidth = section.rows.map { $0.count == 2 ? $0[0].count : 0 }.max() ?? 0
            for row in section.rows {
                if row.count == 2 {
                    let label = PlainText.oneLine(row[0]) + ":"
                    let padding = String(repeating: " ", count: max(0, labelWidth + 1 - label.count))
                    let value = PlainText.lines(row[1])
                    lines.append("  \(label)\(padding) \(value.first ?? "")")
                    let indent = String(repeating: " ", count: labelWidth + 4)
                    lines += value.dropFirst().map { indent + $0 }
                } else {
                    lines.append("  " + row.map(PlainText.oneLine).filter { !$0.isEmpty }.joined(separator: "  "))
                }
            }
            if let note = section.note { lines.append("  " + note) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A document without scripts, images or references, which a mail reader shows as it is.
    var html: String {
        var lines = [
            "<!DOCTYPE html>", "<html><head><meta charset=\"utf-8\"><title>\(Self.escaped(title))</title></head>",
            "<body style=\"font-family: sans-serif\">", "<h2>\(Self.escaped(title))</h2>",
        ]
        if !lead.isEmpty { lines.append("<p>\(Self.escapedLines(lead))</p>") }
        for section in sections where !section.rows.isEmpty || section.note != nil {
            lines.append("<h3>\(Self.escaped(section.heading))</h3>")
            lines.append("<table cellpadding=\"3\">")
            for row in section.rows {
                let cells = row.enumerated().map { index, cell in
                    let tag = row.count == 2 && index == 0 ? "th" : "td"
                    return "<\(tag) align=\"left\" valign=\"top\">\(Self.escapedLines(cell))</\(tag)>"
                }
                lines.append("<tr>\(cells.joined())</tr>")
            }
            lines.append("</table>")
            if let note = section.note { lines.append("<p>\(Self.escaped(note))</p>") }
        }
        return (lines + ["</body></html>"]).joined(separator: "\n") + "\n"
    }

    private static func escapedLines(_ text: String) -> String {
        PlainText.lines(text).map(escaped).joined(separator: "<br>")
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in PlainText.oneLine(text) {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
        return result
    }
}
