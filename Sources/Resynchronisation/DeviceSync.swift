public import Basics
public import Manager
public import SNMPWire

/// What is known of one device's alarms beside the alarms themselves, and the conversation by which they are kept in
/// step with it: pure, fed with what the journal brings.
public struct DeviceSync: Sendable, Hashable, Codable {
    /// Something to be asked, and when.
    struct Want: Sendable, Hashable, Codable {
        var isActive: Bool
        var reason: SyncReason
        var due: Int64
        /// Until a keep-alive opens the way.
        var isPutOff = false
    }

    /// The last row of the history that was read.
    struct HistoryEnd: Sendable, Hashable, Codable {
        var index: [UInt32]
        var identity: NotificationIdentity?
        /// The device's sysUpTime then, in hundredths of a second.
        var uptime: UInt32?

        /// Whether the device sent a notification before the one of this row, and not so long ago that its clock may
        /// have been set since.
        func isBehind(_ other: NotificationIdentity, uptime otherUptime: UInt32?) -> Bool {
            if let uptime, let otherUptime {
                return 1...DeviceSync.longestDelay ~= uptime &- otherUptime
            }
            guard let time = identity?.time, let otherTime = other.time, time.count == otherTime.count else {
                return false
            }
            return otherTime.lexicographicallyPrecedes(time)
        }
    }

    /// While a device boots its table is of no use; one that never says that it has finished is asked after this long
    /// (nanoseconds): media gateways take two to three minutes.
    static let bootLimit: Int64 = 300_000_000_000
    /// After something happened, a device is left alone for this long: what belongs together comes together.
    static let calm: Int64 = 2_000_000_000
    /// From the first failure to the next try; each further wait is twice as long, up to the longest.
    static let firstPause: Int64 = 30_000_000_000
    static let longestPause: Int64 = 3_600_000_000_000
    /// Notifications of which it is remembered that the active table shows them: standard modules have some hundred.
    static let shownLimit = 256
    /// Notifications remembered, to recognise their rows: half of what the vendor's history holds, since past that a
    /// row is as likely gone as not.
    static let recentLimit = 256
    /// A row stands in the history well before this long after its trap came (nanoseconds).
    static let rowDelay: Int64 = 60_000_000_000
    /// An inform may be sent again for that long, in hundredths of a second.
    static let longestDelay: UInt32 = 30_000
    /// After a table was read of which something changed meanwhile, it is read again that much later (nanoseconds), and
    /// after twice as long each further time: what flaps all the time is in no table as it is.
    static let firstDoubt: Int64 = 10_000_000_000
    static let longestDoubt: Int64 = 1_800_000_000_000
    /// Replies that do not come may be too large for the way: so often less is asked for.
    static let shrinkings = 3
    /// Rows of the history's index alone in one reply: each takes some 30 octets.
    static let indexRepetitions: Int32 = 40

    var numbers = RunningNumbers()
    /// Of alarms that were heard since the history was read last.
    @PackedList var recent: [HeardNotification] = []
    /// Rows of the history whose notifications had not come when it was read; one that does come is late.
    @PackedList var unheard: [HeardNotification] = []
    var historyEnd: HistoryEnd?
    var changeMark: UInt64?
    var restartMark: Int64?
    /// The boot epoch that its answers tell, in nanoseconds since 1970.
    var epoch: Int64?
    var want: Want?
    var job: SyncJob?
    var nextPoll: Int64?
    var failures = 0
    /// How often in a row something changed while the tables were read.
    var doubts = 0
    /// When it began to boot, until it says that it has, or is asked all the same.
    var bootBegan: Int64?
    /// When it began to boot, until it says that it has or long enough after: what is not in its tables yet may still
    /// come, so that nothing ends for that.
    var youngSince: Int64?
    /// Notifications that its active table has shown, of those that it may know nothing of.
    var shown: [String]?
    /// It answered a question once, from where it says that it is.
    var hasAnswered: Bool?
    var knowsInventory = false
    var wasHeard = false
    /// It stands for a claim: whoever is there is asked who he is, and nothing else.
    var isClaim = false

    public init() {}

    /// A conversation is under way.
    public var isBusy: Bool { job != nil }

    // MARK: What is due

    /// When `advance` has something to do next.
    public var due: Timestamp? {
        if let job { return Timestamp(nanoseconds: job.end) }
        let times = [want?.due, numbers.due?.nanoseconds, nextPoll].compactMap { $0 }
        return times.min().map { Timestamp(nanoseconds: $0) }
    }

    /// Nobody could be heard for that long.
    public mutating func postpone(by nanoseconds: Int64) {
        numbers.postpone(by: nanoseconds)
        if let job { self.job?.asked = (job.asked ?? job.watermark).addingClamped(nanoseconds) }
    }

    /// Nothing came of the last request, neither an answer nor the word that there is none, for longer than either
    /// takes.
    public func isStuck(at time: Timestamp) -> Bool {
        job.map { $0.end <= time.nanoseconds } ?? false
    }

    /// The last request was left no earlier than this.
    mutating func asked(at time: Timestamp) {
        guard let asked = job?.asked else { return }
        job?.asked = max(asked, time.nanoseconds)
    }

    /// The last request was sent.
    public mutating func sent(at time: Timestamp) {
        asked(at: time)
        job?.isSent = true
    }

    /// What has become due by `time`.
    ///
    /// - Parameter way: when it can be asked, if not now: its way through a NAT may be closed, until its next
    ///   keep-alive opens it.
    public mutating func advance(
        to time: Timestamp, notBefore way: Timestamp? = nil, _ settings: SyncSettings
    ) -> [SyncAction] {
        guard job == nil else { return [] }
        let now = time.nanoseconds
        if let due = numbers.due, due <= time {
            switch numbers.finding(at: time) {
            case .gap?: wish(isActive: false, .gap, at: now)
            case .reset?:
                historyEnd = nil
                wish(isActive: true, .newNumbers, at: now)
            case nil: break
            }
            // From here on the wish is what is kept; the next gap has a standing of its own.
            numbers.settle()
        }
        if let poll = nextPoll, poll <= now {
            nextPoll = nil
            wish(isActive: false, .poll, at: now)
        }
        guard let want, want.due <= now else { return [] }
        if let way, way > time {
            self.want?.due = way.nanoseconds
            self.want?.isPutOff = true
            return []
        }
        if let bootBegan, now < bootBegan.addingClamped(DeviceSync.bootLimit) {
            self.want?.due = bootBegan.addingClamped(DeviceSync.bootLimit)
            return []
        }
        bootBegan = nil
        self.want = nil
        return begin(want, now, settings.profile)
    }

    /// A way to it is open: what was put off begins now.
    public mutating func release(at time: Timestamp) {
        guard let want, want.isPutOff else { return }
        self.want?.due = min(want.due, time.nanoseconds)
        self.want?.isPutOff = false
    }

    // MARK: What came in

    /// A notification of the device.
    ///
    /// - Parameters:
    ///   - kind: what it is; `nil` for one that has no running number.
    ///   - trapOID: its OID as the vendor's own module has it.
    ///   - alarm: the alarm that it speaks of.
    ///   - effect: what it did to that alarm.
    ///   - uptime: the device's sysUpTime, in hundredths of a second; `nil` where it is not to be relied on.
    public mutating func heard(
        _ kind: RunningNumbers.Class, trapOID: OID, variables: VariableBindings, alarm: SyncKey?,
        effect: SyncEffect = .changed, uptime: UInt32? = nil, at time: Timestamp, _ settings: SyncSettings
    ) -> [SyncAction] {
        let (profile, now) = (settings.profile, time.nanoseconds)
        if !wasHeard {
            wasHeard = true
            wish(isActive: true, .firstContact, at: now.addingClamped(5 * DeviceSync.calm))
        }
        if let alarm, kind == .alarm {
            if effect != .late { job?.touch(alarm) }
            if profile.history != nil {
                let identity = NotificationIdentity(trapOID: trapOID, variables: variables, profile)
                recent.append(HeardNotification(identity, heard: now, isLate: effect == .late))
                if recent.count > DeviceSync.recentLimit { recent.removeFirst() }
                // What the tables said is newer, and may be undone by it.
                if effect == .changed, historyEnd?.isBehind(identity, uptime: uptime) ?? false {
                    wish(isActive: true, .doubt, at: now.addingClamped(DeviceSync.firstDoubt))
                }
            }
        }
        if profile.bootBegun.contains(trapOID) { return restarted(at: time, bootEnds: !profile.bootDone.isEmpty) }
        if profile.bootDone.contains(trapOID) {
            bootBegan = nil
            youngSince = nil
            numbers.forget()
            wish(isActive: true, .restart, at: now.addingClamped(DeviceSync.calm))
        } else if profile.switchOver.contains(trapOID) {
            numbers.forget()
            historyEnd = nil
            wish(isActive: true, .switchOver, at: now.addingClamped(DeviceSync.calm))
        }
        if let name = profile.number,
            let number = variables.first(where: { $0.name.hasPrefix(name) })?.value.runningNumber
        {
            numbers.note(number, of: kind, at: time)
        }
        return []
    }

    /// Whether a notification that came now was read from the history before: whatever it says is done already, and
    /// what came after it may be too.
    public mutating func isLate(
        trapOID: OID, variables: VariableBindings, at time: Timestamp, _ settings: SyncSettings
    ) -> Bool {
        guard !unheard.isEmpty else { return false }
        let now = time.nanoseconds
        unheard.removeAll { $0.heard < now.addingClamped(-DeviceSync.rowDelay) }
        let identity = NotificationIdentity(trapOID: trapOID, variables: variables, settings.profile)
        let print = HeardNotification(identity, heard: now)
        guard let index = unheard.firstIndex(where: { $0.isSurelySame(as: print) }) else { return false }
        unheard.remove(at: index)
        return true
    }

    /// It was found to have started anew, by whatever sign.
    ///
    /// - Parameter bootEnds: it will say when it has finished.
    public mutating func restarted(at time: Timestamp, bootEnds: Bool) -> [SyncAction] {
        numbers.forget()
        recent = []
        historyEnd = nil
        knowsInventory = false
        epoch = nil
        restartMark = nil
        bootBegan = bootEnds ? time.nanoseconds : nil
        youngSince = time.nanoseconds
        let reason: SyncReason = job?.reason == .operatorsWord ? .operatorsWord : .restart
        wish(isActive: true, reason, at: time.nanoseconds.addingClamped(5 * DeviceSync.calm))
        return abandon()
    }

    /// Somebody else has a reason to ask it.
    public mutating func wish(_ reason: SyncReason, at time: Timestamp) {
        wish(isActive: reason != .poll && reason != .start, reason, at: time.nanoseconds)
    }

    /// With what it is asked may be right now: what failed is tried again then, and soon again where it still fails.
    public mutating func tryAnew(at time: Timestamp) {
        failures = 0
        if let want { self.want?.due = min(want.due, time.nanoseconds) }
    }

    /// Something of what was read changed while it was: which of the two is newer is not known.
    public mutating func doubt(at time: Timestamp) {
        let pause = min(DeviceSync.firstDoubt << min(doubts, 10), DeviceSync.longestDoubt)
        doubts += 1
        wish(isActive: true, .doubt, at: time.nanoseconds.addingClamped(pause))
    }

    /// All of what was read stands.
    public mutating func settle() {
        doubts = 0
    }

    // MARK: The conversation

    /// The answer to what was asked last.
    public mutating func take(_ reply: SNMPReply, at time: Timestamp, _ settings: SyncSettings) -> [SyncAction] {
        guard let request = job?.step.request(historyEnd, settings.profile) else { return [] }
        guard reply.answers(request) else {
            return unanswered("its answer does not fit the question", at: time, settings)
        }
        hasAnswered = true
        return proceed(reply, time.nanoseconds, settings)
    }

    /// What was asked last goes unanswered.
    public mutating func unanswered(_ why: String, at time: Timestamp, _ settings: SyncSettings) -> [SyncAction] {
        guard var job else { return [] }
        job.timeouts += 1
        if job.timeouts <= DeviceSync.shrinkings, let smaller = job.step.shrunk() {
            job.step = smaller
            self.job = job
            return ask(settings.profile, time.nanoseconds)
        }
        return fail(why, time.nanoseconds)
    }

    mutating func ask(_ profile: SyncProfile, _ now: Int64) -> [SyncAction] {
        job?.asked = now
        job?.isSent = false
        return job?.step.request(historyEnd, profile).map { [.ask($0)] } ?? []
    }

    mutating func fail(_ why: String, _ now: Int64) -> [SyncAction] {
        guard let job else { return [] }
        self.job = nil
        failures += 1
        let pause = min(DeviceSync.firstPause << min(failures - 1, 10), DeviceSync.longestPause)
        wish(isActive: job.isActive, job.reason, at: now.addingClamped(pause))
        return [.failed(job.reason, why)]
    }

    /// What was heard long enough before the history was read has its row in what was read.
    mutating func forgetRecent(before now: Int64) {
        recent.removeAll { $0.heard < now.addingClamped(-DeviceSync.rowDelay) }
    }

    mutating func finish(_ now: Int64, hasNoTable: Bool = false, _ settings: SyncSettings) -> [SyncAction] {
        guard let job else { return [] }
        self.job = nil
        failures = 0
        nextPoll = settings.poll.map { now.addingClamped($0) }
        return [hasNoTable ? .hasNoTable(job.reason) : .done(job.reason)]
    }

    private mutating func abandon() -> [SyncAction] {
        defer { job = nil }
        return job == nil ? [] : [.withdraw]
    }

    private mutating func begin(_ want: Want, _ now: Int64, _ profile: SyncProfile) -> [SyncAction] {
        nextPoll = nil
        if isClaim {
            job = SyncJob(
                reason: want.reason, isActive: false, step: .scalars(profile.identityScalars), watermark: now)
            return ask(profile, now)
        }
        let isActive = want.isActive || profile.history == nil || historyEnd == nil
        job = SyncJob(
            reason: want.reason, isActive: isActive, step: .scalars(profile.scalars(all: !knowsInventory)),
            watermark: now)
        return ask(profile, now)
    }

    /// The stronger of two wishes is kept, and the earlier of their times: an operator waits for the answer to his.
    mutating func wish(isActive: Bool, _ reason: SyncReason, at due: Int64) {
        guard let want else { return self.want = Want(isActive: isActive, reason: reason, due: due) }
        let isStronger =
            want.reason != .operatorsWord
            && (reason == .operatorsWord || (isActive && !want.isActive) || (reason.isTold && !want.reason.isTold))
        self.want = Want(
            isActive: isActive || want.isActive, reason: isStronger ? reason : want.reason, due: min(due, want.due),
            isPutOff: want.isPutOff)
    }
}

extension SyncProfile {
    /// sysUpTime first, so that it is there whatever else is not.
    func scalars(all: Bool) -> [String] {
        var names = [OID.sysUpTimeInstance] + [restartMark, changeMark].compactMap { $0 }
        if all {
            names += [1, 2, 5].map { OID.mib2.appending(1, $0, 0) }
            names += [product, version, serial, deviceName].compactMap { $0 }
        }
        return names.map(\.description)
    }

    /// What a device proves who it is by.
    var identityScalars: [String] { ([serial].compactMap { $0 } + [OID.snmpEngineID]).map(\.description) }
}

extension OID {
    /// snmpEngineID.0 (RFC 3411 §5).
    static let snmpEngineID = OID.internet.appending(6, 3, 10, 2, 1, 1, 0)
}

extension Value {
    /// INTEGER in the vendor's module; some firmware sends it unsigned.
    var runningNumber: Int? {
        switch self {
        case .integer(let number): Int(number)
        case .gauge32(let number), .counter32(let number): Int(number)
        default: nil
        }
    }
}
