import Basics
import Glibc
import SNMPWire
@testable import SNMPSecurity

/// libFuzzer's entry: the first octet says who takes the others and what they are, the second one with which protocols.
/// Whatever they are, nothing crashes, no more than one key is localised, what is sent back is short, and what one reader
/// believes the others can read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard octets.count >= 2 else { return 0 }
    let site = Site.all[Int(octets[1]) % Site.all.count]
    let datagram = site.datagram(Form(octets[0]), Array(octets.dropFirst(2)))
    switch Taker(octets[0]) {
    case .intake: site.admit(datagram)
    case .session: site.answer(datagram)
    case .opener: site.open(datagram)
    }
    return 0
}

/// Writes the seeds where it is told to.
@_cdecl("LLVMFuzzerInitialize")
public func initializeFuzzer(_ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutableRawPointer) -> CInt {
    guard let folder = getenv("TRAPLINE_SEEDS").map({ String(cString: $0) }) else { return 0 }
    for (index, seed) in Site.seeds.enumerated() {
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

/// Who takes a datagram.
private enum Taker: UInt8, CaseIterable {
    case intake
    /// Whoever has asked the device.
    case session
    case opener

    init(_ octet: UInt8) { self = Self.allCases[Int(octet / UInt8(Form.allCases.count)) % Self.allCases.count] }
}

/// What the fuzzer's octets are.
private enum Form: UInt8, CaseIterable {
    /// A datagram as anybody may send it.
    case plain
    /// A datagram as a user may send it: everything but the code is the fuzzer's.
    case signed
    /// What the device's message holds once it is decrypted.
    case sealed
    /// The same of one to our engine.
    case sealedForUs

    init(_ octet: UInt8) { self = Self.allCases[Int(octet) % Self.allCases.count] }

    func octet(for taker: Taker) -> UInt8 { taker.rawValue * UInt8(Self.allCases.count) + rawValue }
}

/// A receiver, its user and a device; one for each pair of protocols.
private final class Site: Sendable {
    static let all = AuthenticationProtocol.allCases.flatMap { authentication in
        PrivacyProtocol.allCases.map { Site(authentication, $0) }
    }

    private static let name = "ops"
    private let authentication: AuthenticationProtocol
    private let privacy: PrivacyProtocol
    private let users: UserTable
    private let security: IncomingSecurity
    /// That knows the user, and that knows no more than the keys that were kept.
    private let openers: [NotificationOpener]
    private let device: EngineID
    private let deviceReading = EngineReading(boots: 3, time: 500)
    private let sender = IPAddress(v4: 0xc000_0207)
    private let moment = Moment(wall: Timestamp(seconds: 1_700_000_000), monotonic: 1_000_000_000_000)
    private let salts = Salts(boots: 1)

    private init(_ authentication: AuthenticationProtocol, _ privacy: PrivacyProtocol) {
        guard let device = EngineID([0x80, 0, 0, 0, 1, 1]), let own = EngineID([0x80, 0, 0, 0, 1, 2]) else {
            broken("six octets are an engine ID")
        }
        (self.device, self.authentication, self.privacy) = (device, authentication, privacy)
        let users = UserTable([
            User(
                name: Self.name, authentication: .init(authentication, password: Secret("authentic words")),
                privacy: .init(privacy, password: Secret("private words")), minimumLevel: .authNoPriv)
        ])
        self.users = users
        security = IncomingSecurity(
            engine: OwnEngine(id: own, boots: 5, started: 0), users: users, ring: KeyRing(limit: 256))
        openers = [
            NotificationOpener(users: users, ring: KeyRing(limit: 256)),
            NotificationOpener(users: UserTable(), ring: KeyRing(limit: 1)) { user, engine in
                user.octets == Array(Site.name.utf8) ? [users.keys(of: Site.name, at: engine)].compactMap(\.self) : []
            },
        ]
    }

    // MARK: - Who takes it

    /// All that a receiver does with a datagram.
    func admit(_ datagram: [UInt8]) {
        guard let summary = (try? V3View.check(datagram)) ?? nil else { return }
        // Each input is the first of its engine, so that an input says it all.
        security.withTimeliness { $0 = Timeliness(replayLimit: 64) }
        let before = security.ring.localisations
        do throws(SecurityRefusal) {
            let admitted = try security.admit(datagram.rawOctets, summary, from: sender, at: moment)
            if case .inform(let inform) = admitted { acknowledge(inform, datagram, summary) }
        } catch {
            _ = error.advice(user: Self.name)
            let report = security.report(on: error, datagram.rawOctets, summary, at: moment)
            if (report?.count ?? 0) > 3 * datagram.count { broken("a Report is too long: \(error)") }
        }
        if security.ring.localisations - before > 1 { broken("more than one key was localised") }
        _ = security.ring.takeNews()
    }

    private func acknowledge(_ inform: AdmittedInform, _ datagram: [UInt8], _ summary: V3Summary) {
        if security.isReplay(inform, at: moment) { broken("the first message is a replay") }
        if inform.level != .noAuthNoPriv, !security.isReplay(inform, at: moment) {
            broken("what came twice is taken twice")
        }
        security.forget(inform.replayNote)
        guard let response = security.response(to: inform, datagram.rawOctets, summary, at: moment) else {
            broken("an inform that was let in is not answered")
        }
        guard let opened = try? openers[0].openMessage(response), opened.scoped.kind == .response,
            opened.scoped.requestID == inform.scoped.requestID, opened.summary.level == inform.level
        else { broken("the answer to an inform cannot be read") }
    }

    /// All that whoever asks does with a reply: before the device is known, once it is, and at each level.
    func answer(_ datagram: [UInt8]) {
        let clock = EngineClock(engine: device, latest: deviceReading, updated: moment.wall)
        for level in SecurityLevel.allCases {
            for known in [nil, clock] {
                guard
                    var session = RequestSession(
                        users, user: Self.name, level: level, clock: known, salts: salts, ring: KeyRing(limit: 1))
                else { broken("the user has all levels") }
                let answer = try? session.take(datagram, at: moment)
                if known != nil, session.clock?.engine != device { broken("a known engine became another one") }
                if session.clock != known, known != nil, (try? openers[0].openMessage(datagram)) ?? nil == nil {
                    broken("a clock was set by what is not authentic")
                }
                guard let answer else { continue }
                check(answer, to: datagram, session, wasKnown: known != nil)
                guard (try? session.datagram(question, messageID: 2, at: moment)) != nil else {
                    broken("nothing can be asked any more")
                }
            }
        }
    }

    private func check(
        _ answer: RequestSession.Answer, to datagram: [UInt8], _ session: RequestSession, wasKnown: Bool
    ) {
        switch answer {
        case .sendAgain:
            if !session.isDiscovered { broken("nothing was learned of whom to ask") }
        case .refused, .unavailable:
            if session.refusal(in: answer) == nil { broken("a refusal has no words") }
        case .response(let messageID, let scoped):
            guard wasKnown, let opened = (try? openers[0].openMessage(datagram)) ?? nil,
                opened.summary.messageID == messageID, opened.summary.level.rawValue >= session.level.rawValue,
                (try? opened.scopedPDU(in: datagram)) == scoped
            else { broken("an answer was believed that nobody else can read") }
        }
    }

    /// All that is done with what was received before.
    func open(_ datagram: [UInt8]) {
        let notifications = openers.map { try? $0.open(datagram) }
        let messages = openers.map { (try? $0.openMessage(datagram)) ?? nil }
        let texts = openers.map { try? $0.cleartext(datagram) }
        guard notifications[0] == notifications[1], messages[0] == messages[1], texts[0] == texts[1] else {
            broken("who has the keys reads something else than who has the user")
        }
        if let message = messages[0] {
            _ = (message.plaintext ?? datagram)[message.scoped.pdu].count
            _ = try? message.scopedPDU(in: datagram)
        }
        if case .other(let other) = try? openers[0].read(datagram), other != messages[0] {
            broken("a message was read in two ways")
        }
        if let unsealed = openers[0].unsealed(datagram), !unsealed.starts(with: datagram) {
            broken("what was unsealed is another datagram")
        }
        if notifications[0] != nil, texts[0] == nil { broken("a notification cannot be shown") }
    }

    // MARK: - What is taken

    func datagram(_ form: Form, _ octets: [UInt8]) -> [UInt8] {
        switch form {
        case .plain: octets
        case .signed: signed(octets)
        case .sealed: sealed(octets, isOurs: false) ?? octets
        case .sealedForUs: sealed(octets, isOurs: true) ?? octets
        }
    }

    /// The datagram with the code that its user would give it, where it has room for one.
    private func signed(_ datagram: [UInt8]) -> [UInt8] {
        guard let summary = (try? V3View.check(datagram)) ?? nil,
            summary.authenticationParameters.count == authentication.codeLength,
            let engine = EngineID(datagram[summary.engineID]), let keys = users.keys(of: Self.name, at: engine)
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
    private func sealed(_ plaintext: [UInt8], isOurs: Bool) -> [UInt8]? {
        let engine = isOurs ? security.engine.id : device
        let reading = isOurs ? security.engine.reading(at: moment) : deviceReading
        let salt = salts.next(privacy)
        guard let keys = users.keys(of: Self.name, at: engine), let key = keys.privacyKey,
            let vector = CipherVector(privacy, key: key, boots: reading.boots, time: reading.time, salt: salt),
            let ciphertext = Cryptography.encrypt(privacy, key, vector: vector, plaintext)
        else { return nil }
        let envelope = V3Envelope(
            messageID: 1, maxSize: 65_507,
            flags: SecurityLevel.authPriv.rawValue | (isOurs ? V3Envelope.reportableFlag : 0), securityModel: 3,
            engineID: engine.octets[...], engineBoots: reading.boots, engineTime: reading.time,
            userName: Array(Self.name.utf8)[...],
            authenticationParameters: [UInt8](repeating: 0, count: authentication.codeLength)[...],
            privacyParameters: withUnsafeBytes(of: salt.bigEndian) { Array($0) }[...],
            scopedPDU: .encrypted(ciphertext[...]))
        let datagram = SNMPMessage.v3(envelope).encode()
        guard let summary = (try? V3View.check(datagram)) ?? nil else { return nil }
        return sign(datagram, summary, keys)
    }

    // MARK: - Seeds

    private var question: PDU {
        .standard(
            StandardPDU(
                kind: .getRequest, requestID: 7,
                variables: [VariableBinding(name: .sysUpTimeInstance, value: .null)]))
    }

    private var notificationVariables: VariableBindings {
        [
            VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(77)),
            VariableBinding(name: .snmpTrapOIDInstance, value: .objectIdentifier(OID.snmpTraps.appending(3))),
        ]
    }

    /// What each taker waits for.
    private func pdus(for taker: Taker) -> [PDU] {
        let notifications = [PDUKind.trapV2, .informRequest].map {
            PDU.standard(StandardPDU(kind: $0, requestID: 7, variables: notificationVariables))
        }
        let response = PDU.standard(StandardPDU(kind: .response, requestID: 7, variables: notificationVariables))
        return switch taker {
        case .intake: notifications + [question]
        case .opener: notifications + [response]
        case .session:
            [response]
                + ReportKind.allCases.map {
                    .standard(
                        StandardPDU(
                            kind: .report, requestID: 7,
                            variables: [VariableBinding(name: $0.oid, value: .counter32(1))]))
                }
        }
    }

    /// Good messages for each taker, behind the octets that say what they are: all of them with six pairs in which every
    /// protocol is, and with the others what is encrypted, where they differ.
    static var seeds: [[UInt8]] {
        let privacies = PrivacyProtocol.allCases.count
        return all.enumerated().flatMap { index, site in
            site.seeds(UInt8(index), isWhole: index / privacies == index % privacies)
        }
    }

    private func seeds(_ index: UInt8, isWhole: Bool) -> [[UInt8]] {
        var seeds: [[UInt8]] = []
        func add(_ form: Form, _ taker: Taker, _ octets: [UInt8]) {
            seeds.append([form.octet(for: taker), index] + octets)
        }
        for taker in Taker.allCases {
            for pdu in pdus(for: taker) {
                let scoped = ScopedPDU(contextEngineID: device.octets[...], contextName: [], pdu: pdu)
                add(.sealed, taker, scoped.encode())
                guard isWhole else { continue }
                add(.sealedForUs, taker, scoped.encode())
                for level in SecurityLevel.allCases {
                    for (engine, reading) in [
                        (device, deviceReading), (security.engine.id, security.engine.reading(at: moment)),
                    ] {
                        let message = OutgoingMessage(
                            messageID: 1, isReportable: true, engineID: engine.octets[...], reading: reading,
                            userName: Array(Self.name.utf8)[...], level: level, scoped: scoped)
                        let keys = users.keys(of: Self.name, at: engine)
                        guard let datagram = try? message.encode(keys: keys, salts: salts) else { continue }
                        add(.plain, taker, datagram)
                        if level != .noAuthNoPriv { add(.signed, taker, datagram) }
                    }
                }
            }
        }
        return seeds
    }
}
