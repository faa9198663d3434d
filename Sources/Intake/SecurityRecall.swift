internal import Basics
public import Journal
public import SNMPSecurity
internal import SNMPWire

/// The messages of v3 at a journal's end, as ``InformRecall`` comes by them: what was let in within the last minutes is not
/// taken twice, an inform that comes again is known, and an engine's clock is what its last message told, though the
/// store does not know of it yet.
public final class SecurityRecall {
    /// Messages that are remembered; their engines' clocks are beyond that.
    static let mostMessages = Timeliness.defaultReplayLimit

    private let mostMessages: Int
    private let security: IncomingSecurity
    private let opener: NotificationOpener
    private let unprocessed: JournalPosition?
    private let trusted: (JournalEntry) -> [EngineID]
    /// Those whose clock was trusted anew: what they told before that is forgotten.
    private var forgotten: Set<EngineID> = []
    /// The newest first.
    private var messages: [PastMessage] = []
    private var engines: Set<EngineID> = []
    /// Of what is not remembered for want of room, the furthest that each engine's clock had come.
    private var furthest: [EngineID: EngineReading] = [:]
    /// Messages of the last minutes that are not remembered: what is as old as they are is refused.
    public private(set) var unremembered = 0

    /// - Parameters:
    ///   - opener: what decrypts informs.
    ///   - unprocessed: the first record that the store knows nothing of; `nil` where it knows nothing at all, or is of no
    ///     interest.
    ///   - trusted: the engines whose clocks an operator trusts as they are from this record on.
    public convenience init(
        _ security: IncomingSecurity, opener: NotificationOpener, unprocessed: JournalPosition?,
        trusted: @escaping (JournalEntry) -> [EngineID] = { _ in [] }
    ) {
        self.init(
            security, opener: opener, unprocessed: unprocessed, mostMessages: Self.mostMessages, trusted: trusted)
    }

    init(
        _ security: IncomingSecurity, opener: NotificationOpener, unprocessed: JournalPosition?, mostMessages: Int,
        trusted: @escaping (JournalEntry) -> [EngineID] = { _ in [] }
    ) {
        self.mostMessages = mostMessages
        self.security = security
        self.opener = opener
        self.unprocessed = unprocessed
        self.trusted = trusted
    }

    /// Whether a record that is older than the last minutes is of interest.
    func wants(_ position: JournalPosition) -> Bool {
        unprocessed.map { position >= $0 } ?? false
    }

    /// A record that is no message of v3.
    func noteOther(_ entry: JournalEntry) {
        // Read backwards: what comes from here on was told before.
        forgotten.formUnion(trusted(entry))
    }

    /// - Returns: what an inform among them is known by.
    func note(_ entry: JournalEntry, isRecent: Bool) -> InformKey? {
        let payload = unsafe entry.payload.span.bytes
        guard let summary = (try? V3View.check(payload)) ?? nil else { return nil }
        guard let message = security.pastMessage(payload, summary, receivedAt: entry.time) else {
            return isRecent ? inform(entry, summary) : nil
        }
        guard !forgotten.contains(message.engine) else { return nil }
        guard message.policy == .strict else {
            // It moves no clock, and where it is not remembered nothing stands for it.
            if isRecent, messages.count < mostMessages { messages.append(message) }
            return nil
        }
        // Read backwards: of what is too old to be remembered only an engine's last one is its clock.
        if engines.insert(message.engine).inserted || (isRecent && messages.count < mostMessages) {
            messages.append(message)
        } else {
            if isRecent { unremembered += 1 }
            furthest[message.engine] = max(message.reading, furthest[message.engine] ?? message.reading)
        }
        return nil
    }

    /// - Parameters:
    ///   - time: since when all that the journal was given has been read; `nil` if nothing.
    ///   - isWhole: whether all was read that is of interest.
    func finish(since time: Timestamp?, isWhole: Bool) {
        let forgotten = forgotten
        security.withTimeliness { timeliness in
            for engine in forgotten { timeliness.forget(engine) }
        }
        var floors = furthest
        if !isWhole {
            // What was not read is older than what was.
            var oldest: [EngineID: EngineReading] = [:]
            for message in messages where message.policy == .strict { oldest[message.engine] = message.reading }
            floors.merge(oldest) { max($0, $1) }
        }
        security.recall(messages.reversed(), since: time, isUpToDate: isWhole, floors: floors)
        furthest = [:]
        messages = []
        engines = []
    }

    private func inform(_ entry: JournalEntry, _ summary: V3Summary) -> InformKey? {
        guard let opened = try? opener.openMessage(entry.payload), opened.scoped.kind == .informRequest else {
            return nil
        }
        let payload = unsafe entry.payload.span.bytes
        return InformKey(sender: entry.sender, payload, summary, opened.plaintext, opened.scoped)
    }
}
