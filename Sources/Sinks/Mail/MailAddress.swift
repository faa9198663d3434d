/// A mailbox of RFC 5322 §3.4: `noc@example.net`, `Trapline <trapline@example.net>`.
public struct MailAddress: Sendable, Hashable {
    /// Empty where there is none.
    public let displayName: String
    /// `noc@example.net`: what the envelope takes.
    public let address: String

    /// RFC 5321 §4.5.3.1.3: a path is up to 256 octets with its brackets.
    private static let addressLimit = 254

    /// `nil` for what is no mailbox. Addresses are ASCII: those of RFC 6531 would need every server on the way to take
    /// them.
    public init?(_ text: String) {
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else { return nil }
        let text = PlainText.oneLine(text)
        var address = text[...]
        var name = ""[...]
        if let open = text.lastIndex(of: "<") {
            guard text.last == ">" else { return nil }
            address = text[open...].dropFirst().dropLast()
            name = text[..<open]
        }
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, address.utf8.count <= Self.addressLimit, Self.isDotAtom(parts[0]),
            Self.isDotAtom(parts[1])
        else { return nil }
        self.address = String(address)
        var trimmed = String(name)
        while trimmed.last == " " { trimmed.removeLast() }
        if trimmed.count >= 2, trimmed.first == "\"", trimmed.last == "\"" {
            trimmed = String(trimmed.dropFirst().dropLast())
        }
        displayName = trimmed
    }

    /// What follows the `@`.
    public var domain: String { String(address.split(separator: "@").last ?? "") }

    /// As a header has it.
    var headerText: String {
        displayName.isEmpty ? address : "\(MailHeader.phrase(displayName)) <\(address)>"
    }

    /// RFC 5322 §3.2.3: words of letters, digits and some signs, with dots between.
    private static func isDotAtom(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty && word.utf8.allSatisfy(MailHeader.isAtomText)
        }
    }
}
