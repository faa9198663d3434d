import Testing

@testable import Sinks

@Suite struct MailAddressTests {
    @Test(arguments: [
        ("noc@example.net", "noc@example.net", ""), ("NOC <noc@example.net>", "noc@example.net", "NOC"),
        ("\"NOC, night\" <noc@example.net>", "noc@example.net", "NOC, night"),
        ("  a.b+c@mail.example.net ", "a.b+c@mail.example.net", ""),
    ])
    func `mailboxes`(text: String, address: String, name: String) throws {
        let mailbox = try #require(MailAddress(text))
        #expect(mailbox.address == address)
        #expect(mailbox.displayName == name)
    }

    @Test(arguments: [
        "", "noc", "@example.net", "noc@", "a@b@c", "noc @example.net", "noc@exa mple.net", "noc@example..net",
        "<noc@example.net",
        "nöc@example.net", "noc@example.net\r\nRCPT TO:<x@example.org>", "a@\(String(repeating: "x", count: 300))",
    ])
    func `no mailboxes`(text: String) {
        #expect(MailAddress(text) == nil)
    }

    @Test(arguments: [
        ("NOC <a@b.c>", "NOC <a@b.c>"), ("NOC, night <a@b.c>", "\"NOC, night\" <a@b.c>"),
        ("\"say \"hi\"\" <a@b.c>", "\"say \\\"hi\\\"\" <a@b.c>"), ("Zoë <a@b.c>", "=?UTF-8?B?Wm/Dqw==?= <a@b.c>"),
    ])
    func `header text`(text: String, header: String) throws {
        #expect(try #require(MailAddress(text)).headerText == header)
    }
}
