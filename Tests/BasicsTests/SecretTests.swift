import Testing

@testable import Basics

@Suite struct SecretTests {
    private struct Holder {
        var name = "ops"
        var password = Secret("hunter2")
        var more: [Secret?] = [Secret("hunter2")]
    }

    @Test func onlyRevealTells() {
        #expect(Secret("hunter2").reveal() == "hunter2")
    }

    @Test func noWayOfPrintingTells() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(Holder(), to: &dumped)
        let texts = [
            "\(secret)", String(describing: secret), String(reflecting: secret), secret.debugDescription,
            "\(Holder())", String(reflecting: Holder()), dumped, "\([secret: secret])", "\(Optional(secret) as Any)",
            "\(Result<Secret, any Error>.success(secret))",
        ]
        for text in texts {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("<secret>"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test func secretsCompareByValue() {
        #expect(Secret("a") == Secret("a"))
        #expect(Secret("a") != Secret("b"))
        #expect(Set([Secret("a"), Secret("a")]).count == 1)
    }
}
