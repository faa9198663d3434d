import Journal
import Logging
import SNMPSecurity

/// What a server keeps in its data folder to be an SNMP engine: the engine's ID and boots (`engine`), and the keys that
/// its journal was received with (`keys`).
struct ServerSecurity {
    /// Within the data folder.
    static let keysFile = "keys"

    let incoming: IncomingSecurity
    let keeper: KeyKeeper

    /// What the journal's messages are opened with.
    var keys: DecryptionKeys { keeper.keys }

    /// Counts one boot more: once a start, under the journal's lock.
    /// - Parameters:
    ///   - journal: which has begun its first segment.
    ///   - clocks: of the engines that were heard before.
    init(
        _ folder: DataFolder, _ journal: JournalWriter, _ reserve: SpaceReserve, users: [User], clocks: [EngineClock],
        _ logger: Logger
    ) throws(OwnEngineFile.Failure) {
        let table = UserTable(users)
        let ring = KeyRing()
        let engine = try Self.start(folder, reserve)
        incoming = IncomingSecurity(engine: engine, users: table, timeliness: Timeliness(clocks), ring: ring)
        let path = folder.path + "/" + Self.keysFile
        let kept = Self.readKeys(path, journal, logger)
        keeper = KeyKeeper(
            DecryptionKeys(users: table, kept: kept?.keys ?? KeptKeys(), ring: ring), path: path,
            lowestMark: kept?.lowestMark)
        logger.info("SNMP engine \(engine.id), boots \(engine.boots), users: \(table.users.count)")
    }

    /// On a full disk it takes the room of the ballast: two lines, without which nobody's inform could be answered.
    private static func start(
        _ folder: DataFolder, _ reserve: SpaceReserve
    ) throws(OwnEngineFile.Failure) -> OwnEngine {
        let path = folder.path + "/engine"
        let started = Moment.now.monotonic
        do throws(OwnEngineFile.Failure) {
            return try OwnEngineFile.start(path, started: started)
        } catch {
            guard case .file = error, reserve.isDiskFull, !reserve.isGivenUp else { throw error }
            reserve.giveUp("the SNMP engine's file found it: \(error)")
            return try OwnEngineFile.start(path, started: started)
        }
    }

    /// The journal has given up what lies before this segment, and with it the use of some keys.
    static func trim(_ keeper: KeyKeeper, oldest: UInt64, _ logger: Logger) {
        do throws(FileFailure) {
            try keeper.trim(oldest: oldest)
        } catch {
            logger.warning("SNMPv3 keys that no datagram needs any more are kept until the next start: \(error)")
        }
    }

    /// Keys that cannot be read are no reason not to start: they are wanted only where a user was changed.
    private static func readKeys(
        _ path: String, _ journal: JournalWriter, _ logger: Logger
    ) -> KeptKeysFile.Contents? {
        let segments = journal.segments
        guard let oldest = segments.first, let newest = segments.last else { return nil }
        do throws(FileFailure) {
            let contents = try KeptKeysFile.begin(path, segment: newest.number, oldest: oldest.number)
            if let failure = contents.writeFailure {
                logger.warning("SNMPv3 keys that no datagram needs any more are kept until a later start: \(failure)")
            } else if contents.damagedLines > 0 {
                logger.warning("\(path): left out \(contents.damagedLines) damaged lines")
            }
            return contents
        } catch {
            logger.warning("the keys of SNMPv3 users who were changed are not known: \(error)")
            return nil
        }
    }
}
