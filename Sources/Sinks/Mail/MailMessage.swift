/// A mail, ready for the wire.
public struct MailMessage: Sendable, Hashable {
    /// With its angle brackets.
    public var messageID: String
    public var subject: String
    /// Headers and body, lines ended by CRLF; without the dot-stuffing of SMTP.
    public var text: String
}
