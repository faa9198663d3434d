public import Basics
public import Manager
public import SNMPWire

/// All devices that are kept in step: pure state, which the pipeline loads from the store at start, feeds with what the
/// journal brings, and saves in each batch's transaction.
public struct SyncTable: Sendable {
    /// A request that the manager is to send.
    public struct Request: Sendable, Hashable {
        /// Its number in the store, never reused.
        public var number: Int64
        public var device: String
        public var path: RequestPath
        public var request: SNMPRequest
        /// In which the device wants to be asked; `nil` where it never said.
        public var version: SNMPVersion?

        public init(
            number: Int64, device: String, path: RequestPath, request: SNMPRequest, version: SNMPVersion? = nil
        ) {
            self.number = number
            self.device = device
            self.path = path
            self.request = request
            self.version = version
        }
    }

    /// What the store has to write.
    public struct Changes: Sendable {
        /// `nil` for a device that is kept in step no longer.
        public var states: [(device: String, state: State?)]
        /// What changes with every datagram is written by itself.
        public var numbers: [(device: String, numbers: RunningNumbers)]
        /// What walks have read since.
        public var walks: [WalkRows]
        public var requests: [Request]
        /// Requests that are not waited for any longer.
        public var settled: [Int64]
        /// Of all requests that were ever left.
        public var lastNumber: Int64

        /// Nothing.
        public init() {
            (states, numbers, walks, requests, settled, lastNumber) = ([], [], [], [], [], 0)
        }

        public var isEmpty: Bool {
            states.isEmpty && numbers.isEmpty && walks.isEmpty && requests.isEmpty && settled.isEmpty
        }
    }

    /// A device and the request that it has not answered.
    public struct State: Sendable, Hashable, Codable {
        var sync = DeviceSync()
        /// The number of the request under way, and where it goes.
        var number: Int64?
        var peer: String?
        /// What it was sent as; `nil` until it was.
        var wire: Wire?
        /// When it was entered or, of one that never answered, heard since, within the hour; nanoseconds since 1970.
        var heard: Int64?
        /// As its keep-alives say it.
        var wish: VersionWish?
        /// It claims to be another device, which has proven that it wants to be asked by v3.
        var isImpostor: Bool?

        public init() {}

        /// In which it is to be asked; `nil` for one that gives no reason for either.
        var version: SNMPVersion? {
            isImpostor ?? false && !(wish?.isProven ?? false) ? .v3 : wish?.version
        }

        /// It never answered and proved nothing, so that nothing vouches for it: the address that it was heard from may be
        /// forged.
        var isStranger: Bool {
            !(sync.hasAnswered ?? false) && sync.epoch == nil && !sync.isClaim && !(wish?.isProven ?? false)
        }

        mutating func note(heard time: Timestamp) {
            guard let heard, time.nanoseconds < heard.addingClamped(SyncTable.hour) || !isStranger else {
                return heard = time.nanoseconds
            }
        }

        /// What is kept apart from the rest.
        public var numbers: RunningNumbers {
            get { sync.numbers }
            set { sync.numbers = newValue }
        }
    }

    /// What tells the answer.
    struct Wire: Sendable, Hashable, Codable {
        var peer: String
        var requestID: Int32
    }

    /// Devices kept in step at most. Each takes about 1 KiB. Past it a newcomer takes the place of the one that never
    /// answered, proved nothing and was not heard for longest. Where there is none he is not asked: who proved in which
    /// version it wants to be asked is never forgotten for a newcomer's sake, since whoever claims to be it would then be
    /// asked in another one, with a community in clear.
    public static let capacity = 131_072
    /// How exactly it is kept when somebody was heard, so that it is not written with every notification.
    private static let hour: Int64 = 3_600_000_000_000

    private let capacity: Int
    private var states: [String: State] = [:]
    private var deadlines = DeadlineQueue<String>()
    /// Who may have to make room, by when they were heard.
    private var strangers = DeadlineQueue<String>()
    private var byWire: [Wire: String] = [:]
    private var byNumber: [Int64: String] = [:]
    private var changed: Set<String> = []
    /// Of which no more than the running numbers changed, or these too.
    private var renumbered: Set<String> = []
    /// How much of the walks under way the store has, by device.
    private var written: [String: [WrittenWalk]] = [:]
    private var newRequests: [Request] = []
    private var settled: [Int64] = []
    public private(set) var lastNumber: Int64

    /// - Parameter capacity: devices kept in step at most; only tests have fewer.
    public init(
        _ states: [(device: String, state: State)] = [], lastNumber: Int64 = 0, capacity: Int = SyncTable.capacity
    ) {
        self.lastNumber = lastNumber
        self.capacity = capacity
        for (device, state) in states {
            self.states[device] = state
            if let number = state.number { byNumber[number] = device }
            if let wire = state.wire { byWire[wire] = device }
            if let walks = state.sync.job?.writtenWalks, !walks.isEmpty { written[device] = walks }
            deadlines.set(device, to: state.sync.due)
            rank(device, state)
        }
    }

    public var count: Int { states.count }
    /// Without those who only claim to be one.
    public var devices: [String] { states.keys.filter { SyncTable.claim(of: $0) == nil }.sorted() }
    /// Conversations that are under way.
    public var busy: Int { byNumber.count }
    /// When the next device is due.
    public var nextDue: Timestamp? { deadlines.next }

    public func isBusy(_ device: String) -> Bool { states[device]?.sync.isBusy ?? false }

    /// What changed since the last call, in a fixed order.
    public mutating func takeChanges() -> Changes {
        defer {
            changed.removeAll(keepingCapacity: true)
            renumbered.removeAll(keepingCapacity: true)
            newRequests.removeAll(keepingCapacity: true)
            settled.removeAll(keepingCapacity: true)
        }
        // A request that was settled in the same batch needs no row.
        let gone = Set(settled)
        var changes = Changes()
        changes.states = changed.sorted().map { ($0, states[$0]) }
        changes.numbers = renumbered.sorted().compactMap { device in
            states[device].map { (device, $0.sync.numbers) }
        }
        changes.walks = changed.sorted().compactMap { device in
            let (job, before) = (states[device]?.sync.job, written[device])
            written[device] = job.map(\.writtenWalks).flatMap { $0.isEmpty ? nil : $0 }
            return WalkRows(device, job, before: before)
        }
        changes.requests = newRequests.filter { !gone.contains($0.number) }
        changes.settled = settled.sorted()
        changes.lastNumber = lastNumber
        return changes
    }

    // MARK: What came in

    /// A notification of a device that may be asked.
    ///
    /// - Parameters:
    ///   - alarm: the alarm that it speaks of; `nil` for what was read from the device's history before.
    ///   - effect: what it did to that alarm.
    ///   - uptime: the device's sysUpTime, in hundredths of a second; `nil` where it is not to be relied on.
    public mutating func heard(
        _ kind: RunningNumbers.Class, of device: String, trapOID: OID, variables: VariableBindings, alarm: SyncKey?,
        effect: SyncEffect = .changed, uptime: UInt32? = nil, at time: Timestamp, _ settings: SyncSettings
    ) -> [SyncAction] {
        guard states[device] != nil || makeRoom() else { return [] }
        return update(device, at: time) { state in
            state.note(heard: time)
            if kind == .keepAlive { state.sync.release(at: time) }
            return state.sync.heard(
                kind, trapOID: trapOID, variables: variables, alarm: alarm, effect: effect, uptime: uptime, at: time,
                settings)
        }
    }

    /// Whether a notification that came now was read from the device's history before.
    public mutating func isLate(
        _ device: String, trapOID: OID, variables: VariableBindings, at time: Timestamp, _ settings: SyncSettings
    ) -> Bool {
        guard states[device]?.sync.unheard.isEmpty == false else { return false }
        changed.insert(device)
        return states[device]?.sync.isLate(trapOID: trapOID, variables: variables, at: time, settings) ?? false
    }

    /// In which version a device wants to be asked.
    public mutating func note(_ wish: VersionWish, of device: String) {
        guard let state = states[device] else { return }
        let new = state.wish?.followed(by: wish) ?? wish
        guard new != state.wish else { return }
        states[device]?.wish = new
        changed.insert(device)
        if let state = states[device] { rank(device, state) }
    }

    /// The same of whoever makes a claim.
    public mutating func note(_ wish: VersionWish, ofClaim claim: String) {
        note(wish, of: SyncTable.claimPrefix + claim)
    }

    /// Whoever claims to be a device is asked as that has proven that it wants to be: his own word proves nothing, and with
    /// another version a community would go to him in clear.
    public mutating func note(wishOf device: String, ofClaim claim: String) {
        guard let wish = states[device]?.wish, wish.isProven else { return }
        note(wish, ofClaim: claim)
    }

    /// Whether this device has never answered, nor proven how it wants to be asked.
    public func isUnproven(_ device: String) -> Bool {
        states[device].map { !($0.sync.hasAnswered ?? false) && !($0.wish?.isProven ?? false) && $0.isImpostor == nil }
            ?? false
    }

    /// A device that proves nothing says something of itself that is known of another one. Where that wants to be asked by
    /// v3, so is this one: whoever forges one datagram would be told the community otherwise, as a device of its own that
    /// is new at its address. One that has answered before has been told it already.
    ///
    /// - Parameter isAuthentic: the known one sends authentic messages, whether it says in them how it wants to be asked or
    ///   not.
    public mutating func note(_ device: String, claimsToBe known: String, isAuthentic: Bool) {
        guard isUnproven(device) else { return }
        if let wish = states[known]?.wish, wish.isProven {
            guard wish.version == .v3 else { return }
        } else {
            guard isAuthentic else { return }
        }
        states[device]?.isImpostor = true
        changed.insert(device)
    }

    /// There is a reason to ask it. Only an operator's word is one to ask a device that was never heard.
    public mutating func wish(_ reason: SyncReason, of device: String, at due: Timestamp) {
        guard states[device] != nil || (reason == .operatorsWord && makeRoom()) else { return }
        _ = update(device, at: due) { state in
            state.sync.wish(reason, at: due)
            return []
        }
    }

    /// With what devices are asked may be right now: those that failed are tried anew, one after the other.
    ///
    /// - Parameter pace: from one to the next, in nanoseconds.
    public mutating func tryAnew(from start: Timestamp, pace: Int64) {
        var due = start
        for device in devices {
            guard states[device]?.sync.failures ?? 0 > 0 else { continue }
            _ = update(device, at: due) { state in
                state.sync.tryAnew(at: due)
                return []
            }
            due = due.adding(pace)
        }
    }

    /// What was read from its tables was applied.
    ///
    /// - Parameter isDoubtful: something of it had changed meanwhile, and was left as it is.
    public mutating func settle(_ device: String, isDoubtful: Bool, at time: Timestamp) {
        guard states[device] != nil else { return }
        _ = update(device, at: time) { state in
            if isDoubtful { state.sync.doubt(at: time) } else { state.sync.settle() }
            return []
        }
    }

    /// It was found to have started anew.
    public mutating func restarted(_ device: String, at time: Timestamp) -> [SyncAction] {
        guard states[device] != nil else { return [] }
        return update(device, at: time) { $0.sync.restarted(at: time, bootEnds: false) }
    }

    /// The device has another name from now on; what is under way goes on.
    public mutating func rename(_ device: String, to name: String) {
        guard device != name, let state = states.removeValue(forKey: device) else { return }
        deadlines.set(device, to: nil)
        strangers.set(device, to: nil)
        changed.insert(device)
        guard states[name] == nil else {
            // The device was known under both: the one that is under way now goes on, with what was proven under either.
            if let wish = state.wish, states[name]?.wish.map({ wish.isProven && !$0.isProven }) ?? true {
                note(wish, of: name)
            }
            if let number = state.number { settle(number) }
            if let wire = state.wire { byWire[wire] = nil }
            return
        }
        states[name] = state
        changed.insert(name)
        // Whatever was kept under this name is not of this conversation.
        written[name] = written[name].map { _ in [] }
        renumbered.insert(name)
        if let number = state.number { byNumber[number] = name }
        if let wire = state.wire { byWire[wire] = name }
        deadlines.set(name, to: state.sync.due)
        rank(name, state)
    }

    /// It cannot be asked as things are. What it has proven holds for the day that it can be again.
    public mutating func giveUp(_ device: String) {
        let wish = states[device]?.wish
        forget(device)
        guard let wish, wish.isProven else { return }
        var state = State()
        state.wish = wish
        states[device] = state
        // The store may have others.
        renumbered.insert(device)
    }

    /// Nothing is asked of it any more, and nothing is known of it.
    public mutating func forget(_ device: String) {
        guard let state = states.removeValue(forKey: device) else { return }
        if let number = state.number { settle(number) }
        if let wire = state.wire { byWire[wire] = nil }
        deadlines.set(device, to: nil)
        strangers.set(device, to: nil)
        changed.insert(device)
    }

    // MARK: Room

    /// Whether there is room for one more, which may be a stranger's until now. He is entered anew when he is heard
    /// again.
    private mutating func makeRoom() -> Bool {
        guard states.count >= capacity else { return true }
        guard let stranger = strangers.takeNext(by: Timestamp(nanoseconds: .max))?.key else { return false }
        forget(stranger)
        return true
    }

    private mutating func rank(_ device: String, _ state: State) {
        strangers.set(device, to: state.isStranger ? Timestamp(nanoseconds: state.heard ?? 0) : nil)
    }

    // MARK: Claims

    /// Whoever makes the claim is to be asked who he is: under a name that `takeDue` gives then, and `claim(of:)`
    /// knows.
    public mutating func question(_ claim: String, at due: Timestamp) {
        let name = SyncTable.claimPrefix + claim
        guard states[name] == nil, makeRoom() else { return }
        _ = update(name, at: due) { state in
            state.sync.isClaim = true
            state.sync.wish(.claim, at: due)
            return []
        }
    }

    /// The claim that is asked about under this name; `nil` for a device.
    public static func claim(of name: String) -> String? {
        name.hasPrefix(claimPrefix) ? String(name.dropFirst(claimPrefix.count)) : nil
    }

    /// No identity of a device has a blank.
    private static let claimPrefix = "claim "

    /// Nobody could be heard for that long.
    public mutating func postpone(by nanoseconds: Int64) {
        for (device, state) in states where state.sync.isBusy || state.sync.numbers.due != nil {
            states[device]?.sync.postpone(by: nanoseconds)
            renumbered.insert(device)
            if state.sync.isBusy { changed.insert(device) }
            deadlines.set(device, to: states[device]?.sync.due)
        }
    }

    // MARK: Time

    /// A device that is due by `time`; to be asked until it gives `nil`, and each to be given to `advance`.
    public mutating func takeDue(by time: Timestamp) -> String? {
        deadlines.takeNext(by: time)?.key
    }

    /// - Parameter now: the clock, which may be far past the time that something was due, where the server was down.
    public mutating func advance(
        _ device: String, to time: Timestamp, now: Timestamp, _ way: SyncWay, _ settings: SyncSettings
    ) -> [SyncAction] {
        defer {
            // Whoever is asked has all of his time from now on.
            states[device]?.sync.asked(at: now)
            deadlines.set(device, to: states[device]?.sync.due)
        }
        guard states[device]?.sync.isStuck(at: time) ?? false else {
            return update(device, at: time, way) { $0.sync.advance(to: time, notBefore: way.notBefore, settings) }
        }
        endRequest(of: device)
        return update(device, at: time, way) {
            $0.sync.unanswered("nothing came of the question", at: time, settings)
        }
    }

    // MARK: Requests

    /// The request left with this ID.
    public mutating func sent(_ number: Int64, requestID: Int32, at time: Timestamp) {
        guard let device = byNumber[number], let peer = states[device]?.peer else { return }
        if let wire = states[device]?.wire { byWire[wire] = nil }
        let wire = Wire(peer: peer, requestID: requestID)
        states[device]?.wire = wire
        states[device]?.sync.sent(at: time)
        deadlines.set(device, to: states[device]?.sync.due)
        byWire[wire] = device
        changed.insert(device)
    }

    /// The device whose awaited answer this is; `nil` for any other.
    public func device(answering requestID: Int32, from peer: Endpoint) -> String? {
        byWire[Wire(peer: peer.description, requestID: requestID)]
    }

    public func device(asked number: Int64) -> String? { byNumber[number] }

    public mutating func take(
        _ reply: SNMPReply, from device: String, at time: Timestamp, _ way: SyncWay, _ settings: SyncSettings
    ) -> [SyncAction] {
        endRequest(of: device)
        return update(device, at: time, way) { $0.sync.take(reply, at: time, settings) }
    }

    public mutating func unanswered(
        _ number: Int64, _ why: String, at time: Timestamp, _ way: SyncWay, _ settings: SyncSettings
    ) -> [SyncAction] {
        guard let device = byNumber[number] else { return [] }
        endRequest(of: device)
        return update(device, at: time, way) { $0.sync.unanswered(why, at: time, settings) }
    }

    // MARK: Changing

    private mutating func endRequest(of device: String) {
        guard var state = states[device] else { return }
        end(&state)
        states[device] = state
        changed.insert(device)
    }

    private mutating func end(_ state: inout State) {
        if let number = state.number { settle(number) }
        if let wire = state.wire { byWire[wire] = nil }
        (state.number, state.peer, state.wire) = (nil, nil, nil)
    }

    private mutating func settle(_ number: Int64) {
        byNumber[number] = nil
        settled.append(number)
    }

    /// Changes a device's state, and takes out of the actions what concerns requests.
    private mutating func update(
        _ device: String, at time: Timestamp, _ way: SyncWay? = nil, _ change: (inout State) -> [SyncAction]
    ) -> [SyncAction] {
        let isNew = states[device] == nil
        var state = states.removeValue(forKey: device) ?? State()
        let before = state
        if isNew { state.heard = time.nanoseconds }
        let actions = change(&state)
        var rest: [SyncAction] = []
        for action in actions {
            switch action {
            case .ask(let request):
                if let way { ask(device, request, way, &state) }
            case .withdraw:
                end(&state)
            default:
                rest.append(action)
            }
        }
        // One that was forgotten a moment ago may have other numbers in the store.
        let isAnew = isNew && changed.contains(device)
        if isAnew || state.numbers != before.numbers { renumbered.insert(device) }
        var known = before
        known.numbers = state.numbers
        if state != known || isNew { changed.insert(device) }
        states[device] = state
        deadlines.set(device, to: state.sync.due)
        rank(device, state)
        return rest
    }

    private mutating func ask(_ device: String, _ request: SNMPRequest, _ way: SyncWay, _ state: inout State) {
        lastNumber += 1
        state.number = lastNumber
        state.peer = way.path.peer.description
        byNumber[lastNumber] = device
        newRequests.append(
            Request(
                number: lastNumber, device: device, path: way.path, request: request, version: state.version))
    }
}

/// How a device can be asked.
public struct SyncWay: Sendable, Hashable {
    public var path: RequestPath
    /// When to look again, where the way may be closed now; a keep-alive opens it before.
    public var notBefore: Timestamp?

    public init(_ path: RequestPath, notBefore: Timestamp? = nil) {
        self.path = path
        self.notBefore = notBefore
    }
}
