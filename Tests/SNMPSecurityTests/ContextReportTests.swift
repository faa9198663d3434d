import Basics
import SNMPWire
import Testing

@testable import SNMPSecurity

/// An engine that has no such context says so by a Report of another counter than usmStats (RFC 3413 §3.2).
@Suite struct ContextReportTests {
    private static func take(
        _ counter: [UInt32], level: SecurityLevel = .authPriv
    ) throws -> Result<RequestSession.Answer, RequestSession.Failure> {
        let users = UserTable([Samples.user()])
        let clock = EngineClock(
            engine: Samples.device, latest: EngineReading(boots: 2, time: 100), updated: Samples.start)
        var session = try #require(
            RequestSession(
                users, user: "ops", level: level, contextName: "elsewhere", clock: clock, salts: Salts(boots: 1)))
        let variable = VariableBinding(
            name: OID.internet.appending(arcs: [6, 3, 12, 1] + counter + [0]), value: .counter32(1))
        let report = OutgoingMessage(
            messageID: 9, isReportable: false, engineID: Samples.device.octets[...], reading: clock.latest,
            userName: Array("ops".utf8)[...], level: level,
            scoped: ScopedPDU(
                contextEngineID: Samples.device.octets[...], contextName: Array("elsewhere".utf8)[...],
                pdu: .standard(StandardPDU(kind: .report, requestID: 1, variables: [variable]))))
        let datagram = try report.encode(keys: users.keys(of: "ops", at: Samples.device), salts: Salts(boots: 3))
        do throws(RequestSession.Failure) {
            return .success(try session.take(datagram, at: Samples.moment()))
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: [[4], [5]] as [[UInt32]], SecurityLevel.allCases)
    func aMissingContextIsNamed(counter: [UInt32], level: SecurityLevel) throws {
        #expect(try Self.take(counter, level: level) == .success(.unavailable(messageID: 9)))
    }

    @Test(arguments: [[3], [6], [5, 1], []] as [[UInt32]]) func anyOtherCounterIsNoAnswer(counter: [UInt32]) throws {
        #expect(try Self.take(counter) == .failure(.notAnAnswer))
    }
}
