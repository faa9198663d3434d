internal import Basics

/// Who asks for our engine ID or clock again and again, and never gets to the inform that follows: our Reports do not
/// reach it, or it makes nothing of them. Each of its questions is answered, and its informs are lost without a word.
///
/// For one socket's thread alone: the sockets of an endpoint share senders out by address.
struct InformSteps {
    /// Questions without an inform that are no trouble yet. An inform takes two, and a sender that tries it again begins
    /// anew.
    static let most = 10
    /// Nanoseconds from the first of them: behind a NAT hundreds of devices may ask at once, and the first of their
    /// informs is let in seconds later.
    static let patience: Int64 = 60 * 1_000_000_000
    /// Nanoseconds without a question after which those before are forgotten. A device that has something to say twice a
    /// day only must be found out too; who looks in once a day to see whether anybody answers needs no inform.
    static let memory: Int64 = 20 * 3_600 * 1_000_000_000
    /// Addresses, some 300 KiB of them. What is beyond is answered, and counted as that alone.
    static let capacity = 4_096

    private struct Questions {
        var count = 0
        var first: Int64
        var last: Int64
    }

    private let patience: Int64
    private let capacity: Int
    private var questions: [IPAddress: Questions] = [:]

    init(patience: Int64 = InformSteps.patience, capacity: Int = InformSteps.capacity) {
        self.patience = patience
        self.capacity = capacity
    }

    /// An address asks, and gets its answer.
    /// - Parameter now: in nanoseconds of a clock that only goes forward.
    /// - Returns: how often it asked in vain, where that is too often; else `nil`.
    mutating func note(_ address: IPAddress, now: Int64) -> Int? {
        var asked = questions[address] ?? Questions(first: now, last: now)
        if now - asked.last > Self.memory { asked = Questions(first: now, last: now) }
        if asked.count == 0, questions.count >= capacity { makeRoom() }
        asked.count += 1
        asked.last = now
        questions[address] = asked
        return isInVain(asked) ? asked.count : nil
    }

    /// What came from there shows that it has read our Reports, whether it was let in or not.
    mutating func settle(_ address: IPAddress) {
        guard !questions.isEmpty else { return }
        questions[address] = nil
    }

    private func isInVain(_ asked: Questions) -> Bool {
        asked.count > Self.most && asked.last - asked.first >= patience
    }

    /// Anybody can make addresses up, of which each asks once: they make room, and those in trouble only where they alone
    /// are too many. So half of it is free at least, and one look at all is spread over as many new ones.
    private mutating func makeRoom() {
        questions = questions.filter { isInVain($0.value) }
        if questions.count > capacity / 2 { questions = [:] }
    }
}
