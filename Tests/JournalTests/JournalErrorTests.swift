import Basics
import Glibc
import Testing

@testable import Journal

@Suite struct JournalErrorTests {
    @Test(arguments: [
        (ENOSPC, JournalError.Reason.diskFull), (EDQUOT, .diskFull), (EIO, .inputOutput), (EROFS, .inputOutput),
    ]) func errorNumbersBecomeReasons(number: Int32, reason: JournalError.Reason) {
        let error = JournalError(SystemError(number), doing: "write", path: "/x")
        #expect(error.reason == reason)
        #expect(error.description == "/x: cannot write: \(SystemError(number))")
    }

    /// Reasons are metric labels: distinct, lower case, no blanks.
    @Test func reasonsAreLabels() {
        let labels = JournalError.Reason.allCases.map(\.rawValue)
        #expect(Set(labels).count == labels.count)
        #expect(labels.allSatisfy { $0.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 } })
    }
}
