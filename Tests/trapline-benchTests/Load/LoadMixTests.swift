import SNMPWire
import Testing

@testable import trapline_bench

struct LoadMixTests {
    private static let serialNumber = OID.enterprises.appending(5_003, 9, 10, 1, 21, 1, 16, 0)

    /// What the figures are told for.
    @Test func theVendorsAlarmHas463OctetsAnd14Variables() throws {
        #expect(Workload.vendorAlarm.count == 463)
        let notification = try SNMPNotification.decode(Workload.vendorAlarm)
        #expect(notification.variables.count + 2 == Workload.variableCount)
    }

    @Test(arguments: LoadMix.allCases)
    func everyDatagramDecodesAndTakesItsMarks(mix: LoadMix) throws {
        let stamp = Stamp(label: .quiet, time: 0xfedc_ba98_7654_3210)
        for template in try mix.templates() {
            var octets = [0, 0, 0] + template.octets
            template.mark(stamp, requestID: 0x4000_beef, device: 654_321, in: &octets, at: 3)
            let notification = try SNMPNotification.decode(Array(octets.dropFirst(3)))
            if let serial = notification.variables.first(where: { $0.name == Self.serialNumber }) {
                #expect(serial.value == .octetString(Array("3654321".utf8)[...]))
            }
            #expect(notification.kind == (mix.isAcknowledged ? .inform : .trap))
            #expect(notification.version == .v1 || notification.requestID == 0x4000_beef)
            let found = octets.withUnsafeBytes { Stamp.find(in: $0) }
            #expect(found == stamp)
        }
    }

    @Test func clearsDifferFromRaisesInTheirSeverityAlone() throws {
        let templates = try LoadMix.cycle.templates()
        let differing = zip(templates[0].octets, templates[1].octets).count { $0 != $1 }
        #expect(templates[0].octets.count == templates[1].octets.count)
        #expect(differing == 1)
    }

    @Test func theV1MixIsV1() throws {
        for template in try LoadMix.v1.templates() {
            #expect(try SNMPNotification.decode(template.octets).version == .v1)
            #expect(template.requestIDOffset == nil)
        }
    }
}
