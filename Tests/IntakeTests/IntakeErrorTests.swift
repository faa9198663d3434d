import Basics
import Glibc
import Testing

@testable import Intake

@Suite struct IntakeErrorTests {
    private func error(_ number: Int32, _ endpoint: Endpoint, bound: [(listener: String, endpoint: Endpoint)] = [])
        -> IntakeError
    {
        IntakeError(listener: "traps", endpoint: endpoint, error: SystemError(number), bound: bound)
    }

    @Test func eachSaysWhichAddressAndWhatToDo() {
        let low = Endpoint(IPAddress(v4: 0), port: 162)
        #expect(error(EACCES, low).reason == .notPermitted)
        #expect(error(EACCES, low).description.hasPrefix("listener traps cannot receive on 0.0.0.0:162: "))
        #expect(error(EACCES, low).description.contains("CAP_NET_BIND_SERVICE"))
        #expect(error(EADDRINUSE, low).reason == .inUse)
        #expect(error(EADDRINUSE, low).description.contains("ss -lunp 'sport = :162'"))
        #expect(error(EADDRNOTAVAIL, .loopback6(162)).reason == .notLocal)
        #expect(error(EAFNOSUPPORT, .loopback6(162)).description.contains("IPv6"))
        #expect(error(ENOBUFS, low).reason == .system(SystemError(ENOBUFS).description))
    }

    @Test func anAddressThatAnotherListenerHasIsNotBlamedOnAnotherProgram() {
        let wildcard = (listener: "keep-alives", endpoint: Endpoint(IPAddress(v4: 0), port: 162))
        #expect(error(EADDRINUSE, .loopback(162), bound: [wildcard]).reason == .listedTwice("keep-alives"))
        #expect(error(EADDRINUSE, .loopback(163), bound: [wildcard]).reason == .inUse)
        #expect(error(EADDRINUSE, .loopback6(162), bound: [wildcard]).reason == .inUse)
    }
}
