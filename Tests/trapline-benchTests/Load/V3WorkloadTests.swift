import SNMPSecurity
import SNMPWire
import Testing

@testable import trapline_bench

struct V3WorkloadTests {
    /// No message is like another, and each can be read with the user's password alone.
    @Test(arguments: [LoadMix.v3, .v3Cycle])
    func eachMessageIsAnotherOne(mix: LoadMix) throws {
        let users = UserTable([V3Workload.user])
        let opener = NotificationOpener(users: users)
        var seen: Set<[UInt8]> = []
        for sender in UInt32(0)..<3 {
            for datagram in mix.datagrams() {
                var workload = try V3Workload(datagram, sender: sender, users: users)
                for number in UInt64(0)..<20 {
                    let stamp = Stamp(label: .storm, time: number)
                    let message = try workload.next(stamp)
                    #expect(message.count == workload.count && seen.insert(message).inserted)
                    let notification = try opener.open(message)
                    #expect(notification.v3?.level == .authPriv)
                    #expect(try notification.v3?.engineID == V3Workload.engine(sender).octets[...])
                    let found = notification.variables.encoded.withUnsafeBytes { Stamp.find(in: $0) }
                    #expect(found == stamp)
                }
            }
        }
        #expect(mix.isV3 && !mix.isAcknowledged)
    }

    @Test func snmptrapdIsToldOfEachEngine() throws {
        let lines = try ComparedLoad.v3.createUsers().split(separator: "\n")
        #expect(lines.count == ComparedLoad.engines && Set(lines).count == lines.count)
        #expect(lines.first?.hasPrefix("createUser -e 0x80001f888000000000 bench SHA-256 ") == true, "\(lines)")
        #expect(try ComparedLoad.v2c.createUsers().isEmpty)
    }
}
