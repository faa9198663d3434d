import Testing

@testable import Sinks

@Suite struct SMTPDialogueTests {
    @Test func `a reply of several lines belongs to its command`() {
        let dialogue = SMTPDialogue(
            "< 220 ready\n> EHLO me\n< 250-first\n< 250-second\n< 250 last\n> QUIT\n< 221 bye\n")
        #expect(dialogue.exchanges.map(\.verb) == ["", "EHLO", "QUIT"])
        #expect(dialogue.exchanges.map(\.reply?.code) == [220, 250, 221])
        #expect(dialogue.exchanges[1].reply?.text == "first second last")
        #expect(dialogue.failure == nil)
    }

    @Test func `refused recipients are told with the server's words`() {
        let dialogue = SMTPDialogue(
            "> MAIL FROM:<a@b.c>\n< 250 ok\n> RCPT TO:<x@b.c>\n< 550-no\n< 550 such user\n> RCPT TO:<y@b.c>\n< 250 ok\n"
                + "> RCPT TO:<z@b.c>\n< 451 later\n> DATA\n< 354 go\n< 250 taken\n")
        #expect(dialogue.refusedRecipients.map(\.address) == ["x@b.c", "z@b.c"])
        #expect(dialogue.refusedRecipients.map(\.reply.description) == ["550 no such user", "451 later"])
        #expect(dialogue.refusedRecipients.map(\.reply.isPermanent) == [true, false])
    }

    @Test func `the word on the message itself is DATA's`() {
        let dialogue = SMTPDialogue("> DATA\n< 354 go\n< 554 spam\n> QUIT\n< 221 bye\n")
        #expect(dialogue.failure?.verb == "DATA")
        #expect(dialogue.failure?.reply?.code == 554)
    }

    @Test func `a refused recipient is no failure of what came after`() {
        let dialogue = SMTPDialogue(
            "> RCPT TO:<x@b.c>\n< 550 no such user\n> RCPT TO:<y@b.c>\n< 250 ok\n> DATA\n< 354 go\n")
        #expect(dialogue.failure == nil, "the connection broke in the text")
        #expect(dialogue.refusedRecipients.map(\.address) == ["x@b.c"])
        #expect(SMTPDialogue("> RCPT TO:<x@b.c>\n< 550 no\n> QUIT\n< 221 bye\n").failure?.verb == "RCPT")
    }

    @Test func `a wish for credentials or encryption is not for good`() {
        let reply = SMTPDialogue("> MAIL FROM:<a@b.c>\n< 530 authenticate first\n").failure?.reply
        #expect(reply?.isPermanent == false)
        #expect(reply?.isTransient == true)
    }

    @Test func `noise is passed over`() {
        #expect(SMTPDialogue("").exchanges.count == 1)
        #expect(SMTPDialogue("< \n<\nx\n< abc\n").failure == nil)
    }
}
