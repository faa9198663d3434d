internal import Logging
internal import SNMPSecurity
internal import Synchronization

/// What the sockets' threads share for messages of v3.
struct SecurityGate: Sendable {
    let incoming: IncomingSecurity
    let keeper: KeyKeeper
    let troubles: EngineTroubles
    /// How many Reports may go out, over all sockets.
    let reports = ReportAllowance()

    /// Has the keys of what was let in saved before the journal writes it: once for all that it writes together, and on
    /// no socket's thread, so that many devices heard for the first time at once do not wait for the disk one by one.
    func saveKeys(with journal: any DatagramJournal, _ logger: Logger) {
        let limiter = Mutex(LogLimiter())
        journal.beforeCommit { [keeper] in
            do throws(FileFailure) {
                try keeper.save()
            } catch {
                // The messages are worth more: they can be read as long as their users are configured as they are.
                guard limiter.withLock({ $0.admit("keys", now: monotonicNanoseconds()) }) != nil else { return }
                logger.error("The keys of SNMPv3 messages could not be saved, and are tried again: \(error)")
            }
        }
    }
}
