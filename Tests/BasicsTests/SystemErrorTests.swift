import Glibc
import Testing

@testable import Basics

@Suite struct SystemErrorTests {
    @Test func theTextIsTheCLibrarys() {
        #expect(SystemError(ENOENT).description == "No such file or directory")
        #expect(SystemError(99_999).description == "Unknown error 99999")
    }

    @Test func fullDisksAndQuotasAreOutOfSpace() {
        #expect(SystemError(ENOSPC).isOutOfSpace)
        #expect(SystemError(EDQUOT).isOutOfSpace)
        #expect(!SystemError(EIO).isOutOfSpace)
    }
}
