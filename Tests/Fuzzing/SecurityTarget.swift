import Basics
import Glibc
import SNMPWire
@testable import SNMPSecurity

/// libFuzzer's entry: the first octet says what the others are. Whatever they are, nothing crashes, no more than one key is
/// localised, and what is sent back is short.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard let first = octets.first else { return 0 }
    let rest = Array(octets.dropFirst())
    switch first % 4 {
    case 0:
        // As anybody may send it.
        Site.shared.take(rest)
    case 1:
        // As a user may: everything but the code is the fuzzer's.
        Site.shared.take(Site.shared.signed(rest))
    case 2:
        // What a user's trap may hold once it is decrypted.
        if let datagram = Site.shared.sealed(rest, isOurs: false) { Site.shared.take(datagram) }
    default:
        if let datagram = Site.shared.sealed(rest, isOurs: true) { Site.shared.take(datagram) }
    }
    return 0
}

/// Writes the seeds where it is told to.
@_cdecl("LLVMFuzzerInitialize")
public func initializeFuzzer(_ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutableRawPointer) -> CInt {
    guard let folder = getenv("TRAPLINE_SEEDS").map({ String(cString: $0) }) else { return 0 }
    for (index, seed) in Site.shared.seeds.enumerated() {
        guard let file = fopen("\(folder)/\(index).bin", "w") else { broken("no seed can be written") }
        fwrite(seed, 1, seed.count, file)
        fclose(file)
    }
    return 0
}

private func broken(_ promise: String) -> Never {
    print(promise)
    fflush(nil)
    abort()
}

/// A receiver, its user and a device.
private final class Site: Sendable {
    static let shared = Site()

    private let user: User
    private let security: IncomingSecurity
    private let opener: NotificationOpener
    private let device: EngineID
    private let sender = IPAddress(v4: 0xc000_0207)
    private let moment = Moment(wall: Timestamp(seconds: 1_700_000_000), monotonic: 1_000_000_000_000)
    private let salts = Salts(boots: 1)

    private init() {
        guard let device = EngineID([0x80, 0, 0, 0, 1, 1]), let own = EngineID([0x80, 0, 0, 0, 1, 2]) else {
            broken("six octets are an engine ID")
        }
        self.device = device
        user = User(
            name: "ops", authentication: .init(.sha256, password: Secret("authentic words")),
            privacy: .init(.aes128, password: Secret("private words")), minimumLevel: .authNoPriv)
        security = IncomingSecurity(
            engine: OwnEngine(id: own, boots: 5, started: 0), users: UserTable([user]), ring: KeyRing(limit: 256))
        opener = NotificationOpener(users: security.users, ring: KeyRing(limit: 256))
    }

    /// All that a receiver does with a datagram.
    func take(_ datagram: [UInt8]) {
        _ = try? opener.open(datagram)
        guard let summary = (try? V3View.check(datagram)) ?? nil else { return }
        // Each input is the first of its engine, so that an input says it all.
        security.withTimeliness { $0 = Timeliness(replayLimit: 64) }
        let before = security.ring.localisations
        do throws(SecurityRefusal) {
            let admitted = try security.admit(datagram.rawOctets, summary, from: sender, at: moment)
            if case .inform(let inform) = admitted { acknowledge(inform, datagram, summary) }
        } catch {
            _ = error.advice(user: "ops")
            let report = security.report(on: error, datagram.rawOctets, summary, at: moment)
            if (report?.count ?? 0) > max(2 * datagram.count, 160) { broken("a Report is too long: \(error)") }
        }
        if security.ring.localisations - before > 1 { broken("more than one key was localised") }
        _ = security.ring.takeNews()
    }

    private func acknowledge(_ inform: AdmittedInform, _ datagram: [UInt8], _ summary: V3Summary) {
        if security.isReplay(inform, at: moment) { broken("the first message is a replay") }
        guard let response = security.response(to: inform, datagram.rawOctets, summary, at: moment) else {
            broken("an inform that was let in is not answered")
        }
        guard let opened = try? opener.openMessage(response), opened.scoped.kind == .response,
            opened.scoped.requestID == inform.scoped.requestID, opened.summary.level == inform.level
        else { broken("the answer to an inform cannot be read") }
    }

    /// The datagram with the code that its user would give it, where it has room for one.
    func signed(_ datagram: [UInt8]) -> [UInt8] {
        guard let summary = (try? V3View.check(datagram)) ?? nil, summary.authenticationParameters.count == 24,
            let engine = EngineID(datagram[summary.engineID]), let keys = security.users.keys(of: "ops", at: engine)
        else { return datagram }
        return sign(datagram, summary, keys)
    }

    private func sign(_ datagram: [UInt8], _ summary: V3Summary, _ keys: LocalisedKeys) -> [UInt8] {
        var datagram = datagram
        for index in summary.authenticationParameters { datagram[index] = 0 }
        let code = Cryptography.code(
            keys.authenticationProtocol, keys.authenticationKey, message: Array(datagram[summary.message]),
            hole: summary.authenticationParameters)
        if let code { datagram.replaceSubrange(summary.authenticationParameters, with: code) }
        return datagram
    }

    /// A message that is right in all but what it holds.
    func sealed(_ plaintext: [UInt8], isOurs: Bool) -> [UInt8]? {
        let engine = isOurs ? security.engine.id : device
        let reading = isOurs ? security.engine.reading(at: moment) : EngineReading(boots: 3, time: 500)
        let salt = salts.next(.aes128)
        guard let keys = security.users.keys(of: "ops", at: engine), let key = keys.privacyKey,
            let vector = CipherVector(.aes128, key: key, boots: reading.boots, time: reading.time, salt: salt),
            let ciphertext = Cryptography.encrypt(.aes128, key, vector: vector, plaintext)
        else { return nil }
        let envelope = V3Envelope(
            messageID: 1, maxSize: 65_507,
            flags: SecurityLevel.authPriv.rawValue | (isOurs ? V3Envelope.reportableFlag : 0), securityModel: 3,
            engineID: engine.octets[...], engineBoots: reading.boots, engineTime: reading.time,
            userName: Array("ops".utf8)[...], authenticationParameters: [UInt8](repeating: 0, count: 24)[...],
            privacyParameters: withUnsafeBytes(of: salt.bigEndian) { Array($0) }[...],
            scopedPDU: .encrypted(ciphertext[...]))
        let datagram = SNMPMessage.v3(envelope).encode()
        guard let summary = (try? V3View.check(datagram)) ?? nil else { return nil }
        return sign(datagram, summary, keys)
    }

    /// Good messages of each sort, behind the octet that says what they are.
    var seeds: [[UInt8]] {
        var seeds: [[UInt8]] = []
        for kind in [PDUKind.trapV2, .informRequest, .getRequest, .report] {
            let pdu = PDU.standard(
                StandardPDU(
                    kind: kind, requestID: 7,
                    variables: [
                        VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(77)),
                        VariableBinding(
                            name: .snmpTrapOIDInstance, value: .objectIdentifier(OID.snmpTraps.appending(3))),
                    ]))
            let scoped = ScopedPDU(contextEngineID: device.octets[...], contextName: [], pdu: pdu)
            seeds += [[2] + scoped.encode(), [3] + scoped.encode()]
            for (engine, reading) in [
                (device, EngineReading(boots: 3, time: 500)), (security.engine.id, security.engine.reading(at: moment)),
            ] {
                for level in SecurityLevel.allCases {
                    let message = OutgoingMessage(
                        messageID: 1, isReportable: true, engineID: engine.octets[...], reading: reading,
                        userName: Array("ops".utf8)[...], level: level, scoped: scoped)
                    let keys = security.users.keys(of: "ops", at: engine)
                    if let datagram = try? message.encode(keys: keys, salts: salts) {
                        seeds += [[0] + datagram, [1] + datagram]
                    }
                }
            }
        }
        return seeds
    }
}
