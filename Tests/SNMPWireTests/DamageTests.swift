import SNMPWire
import Testing

/// Parsing is total: any octets give a message or a `WireError`, and every reader of a datagram agrees about it.
@Suite struct DamageTests {
    @Test(arguments: Fixture.all) func everyPrefixDecodesOrThrows(_ fixture: Fixture) {
        // The outermost length says how much there should be.
        let wrong = (0..<fixture.datagram.count).filter {
            refusalOfMessage(Array(fixture.datagram.prefix($0))) != .truncated
        }
        #expect(wrong.isEmpty, "prefixes of so many octets")
    }

    /// All 255 changes of each octet of the shorter fixtures; the eight flips of a bit, and the values at which
    /// encodings turn, in the longer ones, so that a debug build stays within seconds. `Tests/Fuzzing/run` makes all
    /// changes of all fixtures, optimised.
    @Test(arguments: Fixture.all) func everySingleByteChangeDecodesOrThrows(_ fixture: Fixture) {
        let isShort = fixture.datagram.count <= 130
        var decoded = 0
        var disagreements: [String] = []
        for offset in fixture.datagram.indices {
            let original = fixture.datagram[offset]
            let changes =
                isShort
                ? Array(UInt8.min...UInt8.max)
                : (0..<8).map { original ^ (1 << $0) } + [0x00, 0x01, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xff]
            var datagram = fixture.datagram
            for change in changes where change != original {
                datagram[offset] = change
                let reading = Reading(datagram)
                decoded += reading.isDecoded ? 1 : 0
                if let disagreement = reading.disagreement {
                    disagreements.append("\(hex(datagram)): \(disagreement)")
                }
            }
        }
        // A change of a value, a name or the community leaves a good datagram.
        #expect(decoded > 0)
        #expect(disagreements.isEmpty)
    }

    @Test func everySingleOctetAndPairDecodesOrThrows() {
        #expect(refusalOfMessage([]) == .truncated)
        let octets = Array(UInt8.min...UInt8.max)
        #expect(octets.allSatisfy { refusalOfMessage([$0]) != nil })
        #expect(octets.allSatisfy { first in octets.allSatisfy { refusalOfMessage([first, $0]) != nil } })
    }

    @Test func aDatagramLongerThanUDPCarriesIsRefused() {
        let largest = Octets.message() + [UInt8](repeating: 0, count: WireLimits.datagramOctets)
        #expect(refusalOfMessage(Array(largest.prefix(WireLimits.datagramOctets))) == nil)
        #expect(refusalOfMessage(Array(largest.prefix(WireLimits.datagramOctets + 1))) == .tooLong)
    }

    @Test func theLongestDatagramIsRead() throws {
        let text = [UInt8](repeating: 0x61, count: 65_000)
        let datagram = Octets.message(variables: Octets.binding(Octets.element(0x04, text)))
        let notification = try SNMPNotification.decode(datagram)
        #expect(notification.variables[0].value == .octetString(text[...]))
    }
}

func refusalOfMessage(_ datagram: [UInt8], _ leniency: Leniency = .devices) -> WireError.Code? {
    do throws(WireError) {
        _ = try SNMPMessage.decode(datagram, leniency: leniency)
        return nil
    } catch {
        return error.code
    }
}
