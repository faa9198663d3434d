import Basics
import Foundation
import TestPeers
import Testing

/// The NAT that other tests put between devices and Trapline: whether it is one, and as strict as those in the field.
@Suite struct NATSiteTests {
    @Test func twoDevicesShareOneAddressAndAreAskedBackThroughIt() throws {
        let nat = try NATSite(devices: 2)
        let folder = try TemporaryFolder()
        let simulator = try SimulatorProcess(
            [
                "--devices", "2", "--first-address", NATSite.firstDevice, "--first-serial", "7000001", "--to",
                "\(NATSite.centreAddress):162", "--keep-alives-to", "\(NATSite.centreAddress):1161", "--keep-alive",
                "1",
            ], folder: folder, in: nat.site)
        func ports() throws -> [UInt16] {
            try ["192.168.77.2", "192.168.77.3"].compactMap { try nat.publicPort(of: $0, to: 1_161) }
        }
        #expect(try Poll.until { try ports().count == 2 })
        let mapped = try ports()
        #expect(Set(mapped).count == 2, "\(mapped)")

        /// The serial number, asked for from the centre, from this port of it.
        func serial(_ port: UInt16, from source: Int) throws -> String {
            let words = nat.centre.command([
                "snmpget", "-v", "2c", "-c", "public", "-m", "", "-Oqv", "-r", "0", "-t", "1",
                "--clientaddr=\(NATSite.centreAddress):\(source)", "--clientaddrUsesPort=yes",
                "\(NATSite.publicAddress):\(port)",
                "1.3.6.1.4.1.5003.9.10.10.2.3.2.0",
            ])
            return try Command.run(words[0], Array(words.dropFirst())).text
        }
        // Each through its own binding; and only from where its keep-alives go to.
        #expect(try mapped.map { try serial($0, from: 1_161) } == ["7000001\n", "7000002\n"])
        #expect(try mapped.map { try serial($0, from: 2_000) } == ["", ""])

        // The NAT forgets: the same devices, at other ports.
        try nat.rebind(ports: 41_000...41_999)
        #expect(try Poll.until { try ports().allSatisfy { (41_000...41_999).contains($0) } && ports().count == 2 })
        let rebound = try ports()
        #expect(Set(rebound).count == 2 && Set(rebound).isDisjoint(with: mapped), "\(mapped) \(rebound)")
        #expect(try rebound.map { try serial($0, from: 1_161) } == ["7000001\n", "7000002\n"])
        simulator.stop()
    }
}
