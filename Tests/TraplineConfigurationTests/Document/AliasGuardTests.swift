import Testing

@testable import TraplineConfiguration

struct AliasGuardTests {
    @Test(arguments: [
        "a: &x 1\nb: *x\n", "notification: [\"*Alarm\", 1.3.6.1.*]", "# *bold*\n# * item\na: *x",
        "listen: [\"[::]:162\", \"[2001:db8::1]:162\", *x]", "{a: [1]}: x", "? [a]\n: b", "a: b?\nc: *x",
        "a: {b: 1}\nc: *x\n",
    ])
    func letsPass(text: String) {
        #expect(AliasGuard.check(text) == nil)
    }

    /// Whatever might make a list or a mapping of aliases a key.
    @Test(arguments: [
        "a: &x [1]\n[*x, *x]: y", "a: &x [1]\n{b: *x}: y", "a: &x [1]\n? [*x]\n: y", "a: &x [1]\n*x : y",
        "a: &x [1]\n{[*x]:5}", "a: &x [1]\n{[[*x]]:5}", "a: &x [1]\n- ? *x", "a: &x [1]\n[*x] \t: y",
    ])
    func refusesAliasesInKeys(text: String) {
        #expect(AliasGuard.check(text)?.mark.line == 2)
    }

    @Test func countsAliases() {
        let few = "[" + Array(repeating: "*x", count: AliasGuard.maximumAliases).joined(separator: ",") + "]"
        #expect(AliasGuard.check(few) == nil)
        #expect(AliasGuard.check(few + "\n- *x")?.mark == SourceMark(line: 2, column: 3))
    }
}
