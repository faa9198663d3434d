import SNMPWire
import Testing

@testable import SNMPSecurity

@Suite struct SealedTemplateTests {
    private func template(_ user: User) throws -> SealedTemplate {
        let keys = try #require(MasterKeys(user)?.localised(at: Samples.device))
        let message = OutgoingMessage(
            messageID: 1, isReportable: false, engineID: Samples.device.octets[...],
            reading: EngineReading(boots: 3, time: 5), userName: Array(user.name.utf8)[...], level: .authPriv,
            scoped: ScopedPDU(contextEngineID: Samples.device.octets[...], pdu: Samples.pdu()))
        return try SealedTemplate(message, keys: keys, salts: Salts(boots: 1))
    }

    @Test(arguments: [PrivacyProtocol.aes128, .aes256])
    func eachMessageIsAnotherAndIsLetIn(_ privacy: PrivacyProtocol) throws {
        let user = Samples.user("ops", .sha256, privacy)
        let security = Samples.security([user])
        let opener = NotificationOpener(users: UserTable([user]))
        var template = try template(user)
        let place = try #require(template.plaintext.lastIndex(of: 9), "the last variable's value")
        for number in 0..<100 {
            template.plaintext[place] = UInt8(number)
            try template.seal(time: SealedTemplate.earliestTime + Int32(number), salt: UInt64(number))
            #expect(try security.refusal(template.octets) == nil)
            let notification = try opener.open(template.octets)
            #expect(Array(notification.variables).last?.value == .integer(Int32(number)))
            #expect(notification.v3?.engineTime == SealedTemplate.earliestTime + Int32(number))
        }
        #expect(try security.refusal(template.octets) == .replayed)
    }

    @Test func aCipherThatFillsUpBlocksIsRefused() throws {
        #expect(throws: OutgoingMessage.Failure.noKeys) { try template(Samples.user("ops", .sha256, .des)) }
    }
}
