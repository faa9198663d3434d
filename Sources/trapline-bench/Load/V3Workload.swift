import Basics
import SNMPSecurity
import SNMPWire

/// The loads at level authPriv with HMAC-SHA-256 and AES-128: one user, and an engine for each sender.
struct V3Workload {
    static let user = User(
        name: "bench", authentication: .init(.sha256, password: Secret("authentic bench words")),
        privacy: .init(.aes128, password: Secret("private bench words")))

    /// The user as it stands under `access:` in the configuration.
    static let configuration = """
        users: [{name: bench, auth: {protocol: SHA-256, password: authentic bench words}, \
        priv: {protocol: AES, password: private bench words}}]
        """

    /// The user at an engine, as snmptrapd is told.
    static func createUser(_ engine: EngineID) -> String {
        #"createUser -e 0x\#(engine) bench SHA-256 "authentic bench words" AES "private bench words""#
    }

    static func engine(_ sender: UInt32) throws -> EngineID {
        let octets = [0x80, 0, 0x1f, 0x88, 0x80] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sender >> $0) }
        guard let engine = EngineID(octets) else { throw BenchmarkError("no engine ID") }
        return engine
    }

    static let text = "authPriv with SHA-256 and AES-128"

    private var sealed: SealedTemplate
    private let stampOffset: Int
    private let begin = Stamp.now
    private var salt: UInt64
    let engine: EngineID

    /// - Parameters:
    ///   - datagram: a notification of `Workload`, which is sealed.
    ///   - users: with `user` in it; making it takes some milliseconds.
    init(_ datagram: [UInt8], sender: UInt32, users: UserTable) throws {
        engine = try Self.engine(sender)
        guard let pdu = try SNMPMessage.decode(datagram).pdu, let keys = users.keys(of: Self.user.name, at: engine)
        else { throw BenchmarkError("no notification, or no keys") }
        // Of a later boot than any load before it, as the receiver may remember.
        let boots = Int32(truncatingIfNeeded: Timestamp.now.seconds & 0x3fff_ffff)
        let message = OutgoingMessage(
            messageID: 1, isReportable: false, engineID: engine.octets[...],
            reading: EngineReading(boots: boots, time: SealedTemplate.earliestTime),
            userName: ArraySlice(Self.user.name.utf8), level: .authPriv,
            scoped: ScopedPDU(contextEngineID: engine.octets[...], pdu: pdu))
        sealed = try SealedTemplate(message, keys: keys, salts: Salts(boots: boots))
        guard let offset = sealed.plaintext.firstRange(of: Stamp.marker)?.lowerBound else {
            throw BenchmarkError("a datagram without a stamp")
        }
        stampOffset = offset
        salt = UInt64(UInt32(bitPattern: boots)) << 32
    }

    /// Octets of a message.
    var count: Int { sealed.octets.count }

    /// The next message, other than all before it.
    mutating func next(_ stamp: Stamp = Stamp(label: .load, time: Stamp.now)) throws -> [UInt8] {
        stamp.write(to: &sealed.plaintext, at: stampOffset)
        salt += 1
        let seconds = Int32(truncatingIfNeeded: (Stamp.now - begin) / 1_000_000_000)
        try sealed.seal(time: SealedTemplate.earliestTime + seconds, salt: salt)
        return sealed.octets
    }
}
