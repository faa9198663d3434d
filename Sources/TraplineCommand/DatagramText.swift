import Documents

/// A decoded datagram as a person reads it: a line for the message, one for each variable.
enum DatagramText {
    static func lines(_ document: DatagramDocument) -> String {
        var heading = heading(document)
        if document.error != nil { return heading }
        if let refused = document.refused {
            heading += "\n    \(refused): \(TerminalText.line(document.advice ?? ""))"
        }
        let variables = (document.variables ?? []).map { variable in
            "    \(TerminalText.line(variable.name)) = \(TerminalText.line(variable.text))"
        }
        return ([heading] + variables).joined(separator: "\n")
    }

    /// Of one that would not be let in: what it is, and why.
    static func refusal(_ document: DatagramDocument) -> String {
        heading(document) + "\n    refused, so that it is no event: \(document.refused ?? ""): "
            + TerminalText.line(document.advice ?? "")
    }

    private static func heading(_ document: DatagramDocument) -> String {
        var heading = "\(document.time)  \(document.sender) → \(document.receiver)"
        if let error = document.error { return heading + "  malformed: \(error)" }
        heading += "  \(document.version ?? "?") \(document.pdu ?? "?")"
        if let name = document.name { heading += "  \(TerminalText.line(name))" }
        if let uptime = document.uptime { heading += "  up \(duration(hundredths: uptime))" }
        if let user = document.user, !user.isEmpty { heading += "  user \(TerminalText.line(user))" }
        if let level = document.level { heading += " \(level)" }
        if let engineID = document.engineID, !engineID.isEmpty {
            heading += "  engine \(engineID)"
            if let boots = document.engineBoots, let time = document.engineTime {
                heading += " boots \(boots) time \(time) s"
            }
        }
        if let context = document.context { heading += "  context \(TerminalText.line(context))" }
        return heading
    }

    /// `3d 04:05:06.78`
    static func duration(hundredths: UInt32) -> String {
        let seconds = hundredths / 100
        func two(_ number: UInt32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock =
            "\(two(seconds / 3_600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60)).\(two(hundredths % 100))"
        return seconds >= 86_400 ? "\(seconds / 86_400)d \(clock)" : clock
    }
}
