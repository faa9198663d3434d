import Basics
import Foundation
import SNMPWire
import TestPeers
import Testing

@testable import SNMPSecurity

/// Wireshark's security, which shares no line with net-snmp's, believes and reads what is sent. (It makes longer AES keys
/// in Reeder's way alone.)
@Suite struct TsharkTests {
    private static let authentications: [AuthenticationProtocol: String] = [
        .md5: "MD5", .sha1: "SHA1", .sha224: "SHA2-224", .sha256: "SHA2-256", .sha384: "SHA2-384",
        .sha512: "SHA2-512",
    ]
    private static let privacies: [PrivacyProtocol: String] = [
        .des: "DES", .aes128: "AES", .aes192Reeder: "AES192", .aes256Reeder: "AES256",
    ]

    @Test func believesWhatIsSent() throws {
        var packets: [[UInt8]] = []
        var preferences: [String] = []
        for (authentication, authenticationName) in Self.authentications {
            for (privacy, privacyName) in Self.privacies {
                let user = Samples.user("\(authenticationName)-\(privacyName)", authentication, privacy)
                let fields = [
                    "", user.name, authenticationName, Samples.authenticationPassword.reveal(), privacyName,
                    Samples.privacyPassword.reveal(),
                ]
                preferences.append("uat:snmp_users:" + fields.map { "\"\($0)\"" }.joined(separator: ","))
                packets.append(packet(try Samples.message(user)))
            }
        }
        let seen = try Tshark.fields(
            ["snmp.authentication_ok", "snmp.authentication_error", "snmp.contextName", "snmp.value.oid"],
            of: Tshark.capture(ofIPPackets: packets), preferences: preferences)
        #expect(seen.count == 24)
        for row in seen {
            #expect(row[0] != "")
            #expect(row[1] == "")
            #expect(row[2] == "room")
            #expect(row[3] == "1.3.6.1.6.3.1.1.5.3")
        }
    }

    /// From port 1000 to 162 of 127.0.0.1; neither checksum is filled in.
    private func packet(_ datagram: [UInt8]) -> [UInt8] {
        func big(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xff)] }
        let loopback: [UInt8] = [127, 0, 0, 1]
        let head: [UInt8] = [0x45, 0] + big(28 + datagram.count) + [0, 0, 0, 0, 64, 17, 0, 0]
        return head + loopback + loopback + big(1_000) + big(162) + big(8 + datagram.count) + [0, 0] + datagram
    }
}
