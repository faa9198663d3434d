internal import Basics
internal import Glibc
internal import Logging
internal import Synchronization

/// A listener's books, shared by its sockets' threads and by the journal's, which tells what became of a batch.
///
/// One lock, taken a few times a batch, keeps the sum exact at every moment; counters added to one by one would agree
/// only at rest.
final class ListenerLedger: Sendable {
    let name: String
    private let books: Mutex<Books>
    private let limiter = Mutex(LogLimiter())
    private let logger: Logger

    struct Books: Sendable {
        var accounts = DatagramAccounts()
        /// Informs acknowledged, repeats among them.
        var acknowledged = 0
        /// Informs that `InformMemory` had no room for.
        var forgotten = 0
        /// Datagrams let in without a look at their sender's budget, for want of room.
        var unmeasured = 0
        /// Reports sent to senders of SNMPv3 messages that were not let in.
        var reports = 0
        /// Reports not sent, since they would be too many.
        var reportsWithheld = 0
        var kernelDrops = 0
        /// Of these, how many were told.
        var kernelDropsTold = 0
        var overBudget = SendersOverBudget()
    }

    init(name: String, logger: Logger) {
        self.name = name
        self.logger = logger
        var books = Books()
        // From the start at 0, so that the first refusal shows as an increase.
        for reason in RefusalReason.all { books.accounts.refused[reason] = 0 }
        self.books = Mutex(books)
    }

    func read() -> Books {
        books.withLock { $0 }
    }

    func book(_ body: (inout Books) -> Void) {
        books.withLock { body(&$0) }
    }

    /// What is to be told of this second; `isLast` once no more can come. `since` is when this was last asked.
    func takeNews(since: Timestamp, isLast: Bool) -> [IntakeNews] {
        let (drops, changes) = books.withLock { books in
            defer { books.kernelDropsTold = books.kernelDrops }
            let changes = isLast ? books.overBudget.end() : books.overBudget.look()
            return (books.kernelDrops - books.kernelDropsTold, changes)
        }
        var news: [IntakeNews] = []
        if drops > 0 { news.append(.kernelDrops(listener: name, datagrams: drops, since: since)) }
        for change in changes {
            switch change {
            case .began(let sender, let refused):
                news.append(.overBudget(listener: name, sender: sender, refused: refused))
                complain(RefusalReason.overBudget.label, of: sender) {
                    let datagrams = counted(refused, "datagram")
                    return "Refused \(datagrams) from \(who(sender)): \(RefusalReason.overBudget.advice(nil))"
                }
            case .ended(let sender, let refused):
                news.append(.withinBudget(listener: name, sender: sender, refused: refused))
                // At the stop nobody knows.
                guard !isLast else { continue }
                complain("within-budget", of: sender, level: .notice) {
                    "Refused nothing more for \(SendersOverBudget.quietLooks) s from \(who(sender)): within the budget "
                        + "again, after \(counted(refused, "refused datagram"))."
                }
            }
        }
        tellRests(isLast: isLast)
        return news
    }

    private func who(_ sender: IPAddress?) -> String {
        sender?.description ?? "more than \(SendersOverBudget.capacity) senders"
    }

    /// Logs a line of this kind and sender, unless one was logged a short while ago. Its text is made only if it is
    /// logged.
    func complain(
        _ kind: String, of sender: IPAddress? = nil, level: Logger.Level = .warning,
        now: Int64 = monotonicNanoseconds(), _ text: () -> String
    ) {
        guard let withheld = limiter.withLock({ $0.admit(kind, of: sender, now: now) }) else { return }
        let more = withheld == 0 ? "" : " (\(withheld) more like it since the last such line)"
        log("\(text())\(more)", kind, level)
    }

    /// Logs how many lines were withheld of senders that were silent since. Called each second.
    private func tellRests(isLast: Bool) {
        let rests = limiter.withLock { $0.takeRests(now: monotonicNanoseconds(), isLast: isLast) }
        for rest in rests {
            log(
                "Of \(rest.sender) came \(rest.withheld) more like its last such line (\(rest.kind))", rest.kind,
                .warning)
        }
    }

    private func log(_ text: String, _ kind: String, _ level: Logger.Level) {
        logger.log(level: level, "\(text)", metadata: ["listener": "\(name)", "reason": "\(kind)"])
    }
}

/// A clock that only goes forward.
func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Lets the calling thread rest.
func pause(milliseconds: Int32) {
    usleep(UInt32(milliseconds) * 1_000)
}
