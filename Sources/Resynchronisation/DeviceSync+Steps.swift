import Basics
import Manager
import SNMPWire

extension SyncJob.Step {
    /// What is asked in this step; `nil` where nothing is left to ask.
    func request(_ end: DeviceSync.HistoryEnd?, _ profile: SyncProfile) -> SNMPRequest? {
        switch self {
        case .scalars(let names), .proof(_, let names):
            return .get(names.compactMap { OID($0) })
        case .verify, .readEnd:
            guard let end, let history = profile.history else { return nil }
            return .get(history.walkColumns.map { $0.appending(arcs: end.index) })
        case .history(let saved), .findEnd(let saved), .active(let saved), .variables(_, let saved),
            .proofColumn(_, let saved):
            return saved.walk.request
        }
    }

    /// The same with less asked at once; `nil` where there is no less.
    func shrunk() -> SyncJob.Step? {
        func smaller(_ saved: SavedWalk) -> SavedWalk? {
            var saved = saved
            return saved.walk.shrink() ? saved : nil
        }
        switch self {
        case .scalars, .verify, .readEnd, .proof: return nil
        case .history(let saved): return smaller(saved).map { .history($0) }
        case .findEnd(let saved): return smaller(saved).map { .findEnd($0) }
        case .active(let saved): return smaller(saved).map { .active($0) }
        case .variables(let rows, let saved): return smaller(saved).map { .variables(rows, $0) }
        case .proofColumn(let rows, let saved): return smaller(saved).map { .proofColumn(rows, $0) }
        }
    }
}

extension DeviceSync {
    /// Takes the reply to the present step, and goes on.
    mutating func proceed(_ reply: SNMPReply, _ now: Int64, _ settings: SyncSettings) -> [SyncAction] {
        let profile = settings.profile
        switch job?.step {
        case nil:
            return []
        case .scalars(let names)?:
            return takeScalars(reply, names, now, settings)
        case .verify?:
            return takeVerification(reply, now, profile)
        case .readEnd?:
            let row = recalled(reply, profile)
            historyEnd?.identity = row.map {
                NotificationIdentity(trapOID: $0.trapOID, variables: $0.variables, profile)
            }
            historyEnd?.uptime = row?.uptime
            return enter(.active(SavedWalk(TableWalk(columns: profile.active.walkColumns))), now, profile)
        case .history(var saved)?:
            saved.walk.take(reply)
            return saved.walk.end == nil ? enter(.history(saved), now, profile) : takeHistory(saved.walk, now, settings)
        case .findEnd(var saved)?:
            saved.walk.take(reply)
            return saved.walk.end == nil ? enter(.findEnd(saved), now, profile) : takeEnd(saved.walk, now, profile)
        case .active(var saved)?:
            saved.walk.take(reply)
            return saved.walk.end == nil ? enter(.active(saved), now, profile) : takeActive(saved, now, settings)
        case .variables(let rows, var saved)?:
            saved.walk.take(reply)
            return saved.walk.end == nil
                ? enter(.variables(rows, saved), now, profile) : prove([rows, saved], now, settings)
        case .proof(let rows, let names)?:
            return takeProof(reply, rows, names, now, settings)
        case .proofColumn(let rows, var saved)?:
            saved.walk.take(reply)
            guard saved.walk.end != nil else { return enter(.proofColumn(rows, saved), now, profile) }
            let isZero = saved.walk.collected.allSatisfy { $0.value.runningNumber == 0 }
            return deliver(
                rows, isProven: saved.walk.end == .complete && !saved.walk.isEmpty && isZero, now, settings)
        }
    }

    /// Goes to a step, and asks what it asks.
    private mutating func enter(_ step: SyncJob.Step, _ now: Int64, _ profile: SyncProfile) -> [SyncAction] {
        // What comes in from the first row on is newer than the table.
        if case .active(let saved) = step, saved.walk.replies == 0 { job?.watermark = now }
        job?.step = step
        return ask(profile, now)
    }

    // MARK: Scalars

    private mutating func takeScalars(
        _ reply: SNMPReply, _ names: [String], _ now: Int64, _ settings: SyncSettings
    ) -> [SyncAction] {
        let profile = settings.profile
        if reply.errorStatus == SNMPReply.noSuchName, names.indices.contains(Int(reply.errorIndex) - 1) {
            // A v1 agent answers nothing where one name is unknown to it.
            var rest = names
            rest.remove(at: Int(reply.errorIndex) - 1)
            if !rest.isEmpty { return enter(.scalars(rest), now, profile) }
        }
        var actions: [SyncAction] = []
        let values = reply.errorStatus == 0 ? reply.variables : []
        if isClaim { return takeIdentity(values, now, profile) }
        let hasRestarted = noteRestart(values, now, profile)
        if hasRestarted { actions.append(.restartNoticed) }
        if !knowsInventory || hasRestarted, let inventory = SyncInventory(values, profile) {
            knowsInventory = true
            actions.append(.learned(inventory))
        }
        let mark = profile.changeMark.flatMap { values.value(of: $0) }?.changeMark
        let isUnchanged = mark != nil && mark == changeMark && !hasRestarted
        changeMark = mark ?? changeMark
        if isUnchanged, job?.reason == .poll || job?.reason == .start { return actions + finish(now, settings) }
        return actions + beginTables(now, profile)
    }

    private mutating func takeIdentity(
        _ values: VariableBindings, _ now: Int64, _ profile: SyncProfile
    ) -> [SyncAction] {
        let serial = SyncInventory(values, profile)?.serial
        var engineID: String?
        if case .octetString(let octets)? = values.value(of: .snmpEngineID), !octets.isEmpty {
            engineID = octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        guard serial != nil || engineID != nil else { return fail("it does not say who it is", now) }
        job = nil
        return [.identified(serial: serial, engineID: engineID)]
    }

    private mutating func beginTables(_ now: Int64, _ profile: SyncProfile) -> [SyncAction] {
        guard let history = profile.history else {
            return enter(.active(SavedWalk(TableWalk(columns: profile.active.walkColumns))), now, profile)
        }
        if job?.isActive == false, historyEnd?.identity != nil {
            job?.watermark = now
            return enter(.verify, now, profile)
        }
        // Where the history ends is found out first: what comes while the active table is read is in the next look.
        job?.isActive = true
        let walk = TableWalk(
            columns: [history.entry.appending(history.notification)], repetitions: DeviceSync.indexRepetitions)
        return enter(.findEnd(SavedWalk(walk)), now, profile)
    }

    /// Whether the device's own time, or the mark that somebody left on it, says that it started anew.
    private mutating func noteRestart(_ values: VariableBindings, _ now: Int64, _ profile: SyncProfile) -> Bool {
        var hasRestarted = false
        if case .timeTicks(let ticks)? = values.value(of: .sysUpTimeInstance) {
            // Hundredths of a second, which wrap after 497 days.
            let (tick, wrap): (Int64, Int64) = (10_000_000, (1 << 32) * 10_000_000)
            // More than this (30 s) is neither the network nor the clock.
            let tolerance: Int64 = 30_000_000_000
            let new = now.addingClamped(-Int64(ticks) * tick)
            if let epoch {
                let later = Timestamp(nanoseconds: new).nanoseconds(since: Timestamp(nanoseconds: epoch)) % wrap
                hasRestarted = later > tolerance && later < wrap - tolerance
            }
            epoch = new
        }
        if let mark = profile.restartMark.flatMap({ values.value(of: $0) })?.runningNumber {
            if mark == 0, let restartMark, restartMark != 0 { hasRestarted = true }
            restartMark = Int64(mark)
        }
        if hasRestarted {
            numbers.forget()
            recent = []
            historyEnd = nil
            youngSince = epoch
            job?.isActive = true
            // What was asked for by hand is answered as that.
            if job?.reason != .operatorsWord { job?.reason = .restart }
        }
        return hasRestarted
    }

    // MARK: History

    private mutating func takeVerification(
        _ reply: SNMPReply, _ now: Int64, _ profile: SyncProfile
    ) -> [SyncAction] {
        let row = recalled(reply, profile).map {
            NotificationIdentity(trapOID: $0.trapOID, variables: $0.variables, profile)
        }
        if let end = historyEnd, let row, row == end.identity, let history = profile.history {
            return enter(.history(SavedWalk(TableWalk(columns: history.walkColumns, after: end.index))), now, profile)
        }
        // The row is gone, or another one has its number: there is no overlap with what was read.
        historyEnd = nil
        return beginTables(now, profile)
    }

    /// The row of the history that a Get has brought.
    private func recalled(_ reply: SNMPReply, _ profile: SyncProfile) -> RecalledNotification? {
        guard reply.errorStatus == 0, let history = profile.history, let end = historyEnd else { return nil }
        let values = history.walkColumns.map { column -> Value? in
            switch reply.variables.value(of: column.appending(arcs: end.index)) {
            case nil, .noSuchObject?, .noSuchInstance?, .endOfMibView?: nil
            case let value?: value
            }
        }
        return history.recall([TableWalk.Row(index: end.index, values: values)]).first
    }

    private mutating func takeHistory(_ walk: TableWalk, _ now: Int64, _ settings: SyncSettings) -> [SyncAction] {
        let profile = settings.profile
        guard walk.end == .complete, let history = profile.history, let job else {
            return fail("the history cannot be read: \(walk.trouble ?? "")", now)
        }
        let rows = history.recall(walk.rows)
        let identities = rows.map { NotificationIdentity(trapOID: $0.trapOID, variables: $0.variables, profile) }
        var known = [Bool](repeating: false, count: rows.count)
        let prints = identities.map { HeardNotification($0, heard: now) }
        for (place, print) in prints.enumerated() {
            guard let index = recent.firstIndex(where: { $0.isSame(as: print) }) else { continue }
            recent.remove(at: index)
            known[place] = true
        }
        forgetRecent(before: job.watermark)
        // What was heard since and has no row among these is newer than all of them, or older than all.
        for place in rows.indices where !known[place] { unheard.append(prints[place]) }
        unheard = unheard.suffix(DeviceSync.recentLimit)
        let others = Set(recent.filter { $0.heard >= job.watermark && !$0.isLate }.map(\.alarm))
        // From the last row on, what became of each alarm behind it: whether one of its later rows was heard.
        var heardLater: [UInt64: Bool] = [:]
        var missed: [HistoryRow] = []
        var isDoubtful = false
        for place in rows.indices.reversed() {
            let alarm = prints[place].alarm
            if others.contains(alarm) {
                isDoubtful = true
                continue
            }
            // A raise that is older than its clear is not raised again, nor the other way round.
            let isWanted = known[place] ? heardLater[alarm] == nil : heardLater[alarm] != true
            if isWanted { missed.append(HistoryRow(notification: rows[place], isKnown: known[place])) }
            heardLater[alarm] = known[place] || heardLater[alarm] ?? false
        }
        missed.reverse()
        if let last = rows.last, let identity = identities.last {
            historyEnd = HistoryEnd(index: last.index, identity: identity, uptime: last.uptime)
        }
        if isDoubtful { doubt(at: Timestamp(nanoseconds: now)) }
        return (missed.isEmpty ? [] : [.missed(missed)]) + finish(now, settings)
    }

    private mutating func takeEnd(_ walk: TableWalk, _ now: Int64, _ profile: SyncProfile) -> [SyncAction] {
        let active = SyncJob.Step.active(SavedWalk(TableWalk(columns: profile.active.walkColumns)))
        // A history that cannot be read is no reason not to read what stands.
        guard walk.end == .complete, let last = walk.rows.last else {
            historyEnd = nil
            return enter(active, now, profile)
        }
        historyEnd = HistoryEnd(index: last.index, identity: nil)
        forgetRecent(before: now)
        return enter(.readEnd, now, profile)
    }

    // MARK: The active table

    private mutating func takeActive(_ saved: SavedWalk, _ now: Int64, _ settings: SyncSettings) -> [SyncAction] {
        let profile = settings.profile
        guard let variables = profile.variables, saved.walk.end == .complete, !saved.walk.isEmpty else {
            return prove([saved], now, settings)
        }
        return enter(.variables(saved, SavedWalk(TableWalk(columns: variables.walkColumns))), now, profile)
    }

    /// Asks whether the table shows everything, where there is something to be asked.
    private mutating func prove(_ rows: [SavedWalk], _ now: Int64, _ settings: SyncSettings) -> [SyncAction] {
        let profile = settings.profile
        guard rows.allSatisfy({ $0.walk.end == .complete }) else {
            return deliver(rows, isProven: false, now, settings)
        }
        var names = [profile.overflowObject].compactMap { $0 }
        if rows.first?.walk.isEmpty ?? true, case .zero(let object)? = profile.emptyProof {
            names.append(object)
        }
        guard names.isEmpty else { return enter(.proof(rows, names.map(\.description)), now, profile) }
        return proveEmpty(rows, now, settings)
    }

    private mutating func takeProof(
        _ reply: SNMPReply, _ rows: [SavedWalk], _ names: [String], _ now: Int64, _ settings: SyncSettings
    ) -> [SyncAction] {
        let profile = settings.profile
        func number(_ name: OID) -> Int? {
            reply.errorStatus == 0 ? reply.variables.value(of: name)?.runningNumber : nil
        }
        let isAnswered = reply.errorStatus == 0 || reply.errorStatus == SNMPReply.noSuchName
        job?.hasNoProof = isAnswered && names.allSatisfy { OID($0).flatMap(number) == nil }
        // An agent without the object says of no overflow.
        if let overflow = profile.overflowObject, names.contains(overflow.description), number(overflow) ?? 0 != 0 {
            return deliver(rows, isProven: false, now, settings)
        }
        if case .zero(let object)? = profile.emptyProof, names.contains(object.description) {
            return deliver(rows, isProven: number(object) == 0, now, settings)
        }
        return proveEmpty(rows, now, settings)
    }

    private mutating func proveEmpty(_ rows: [SavedWalk], _ now: Int64, _ settings: SyncSettings) -> [SyncAction] {
        guard rows.first?.walk.isEmpty ?? true else {
            return deliver(rows, isProven: true, now, settings)
        }
        guard case .zeroColumn(let column)? = settings.profile.emptyProof else {
            return deliver(rows, isProven: false, now, settings)
        }
        return enter(.proofColumn(rows, SavedWalk(TableWalk(columns: [column]))), now, settings.profile)
    }

    /// Whether it may not have all of its alarms yet.
    private mutating func isBooting(at time: Int64) -> Bool {
        guard let youngSince, time < youngSince.addingClamped(DeviceSync.bootLimit) else {
            youngSince = nil
            return false
        }
        return true
    }

    /// Learns which notifications the table speaks of.
    private mutating func remember(_ rows: [RecalledNotification], _ profile: SyncProfile) {
        var known = Set(shown ?? [])
        for row in rows where profile.mayLack.contains(where: { row.trapOID.hasPrefix($0) }) {
            guard known.count < DeviceSync.shownLimit else { break }
            known.insert(row.trapOID.description)
        }
        shown = known.isEmpty ? nil : known.sorted()
    }

    /// Hands over what was read. An end before its time is a failure, so that it is tried again; what was read until
    /// then stands all the same.
    private mutating func deliver(
        _ walks: [SavedWalk], isProven: Bool, _ now: Int64, _ settings: SyncSettings
    ) -> [SyncAction] {
        let profile = settings.profile
        guard let job, let first = walks.first?.walk else { return [] }
        var rows = profile.active.recall(first.rows)
        if let table = profile.variables, walks.count > 1 {
            let variables = table.variables(in: walks[1].walk.rows)
            for index in rows.indices {
                let owner = SyncProfile.VariableTable.owner(ofActive: rows[index].index)
                rows[index].variables = VariableBindings(owner.flatMap { variables[$0] } ?? [])
            }
        }
        let hasOverflown = profile.overflowAlarm.map { alarm in rows.contains { $0.trapOID == alarm } } ?? false
        let isBooting = isBooting(at: job.watermark)
        remember(rows, profile)
        let guards = SyncGuards(
            reason: job.reason, watermark: job.watermark, touched: job.touched,
            isFlooded: job.touched.count >= SyncJob.touchedLimit,
            mayClear: isProven && !hasOverflown && !isBooting, shown: Set(shown ?? []))
        let trouble = walks.compactMap(\.walk.trouble).first
        let saysNothing = (job.hasNoProof ?? false) && historyEnd == nil && changeMark == nil
        let hasNoTable = saysNothing && !isProven && first.isEmpty
        let rest =
            trouble.map { fail("the active alarms cannot be read: \($0)", now) }
            ?? finish(now, hasNoTable: hasNoTable, settings)
        if isBooting, let youngSince {
            wish(isActive: true, .restart, at: youngSince.addingClamped(DeviceSync.bootLimit))
        }
        return [.standing(rows, guards)] + rest
    }
}

extension SyncInventory {
    /// `nil` where none of it was asked for or answered.
    init?(_ values: VariableBindings, _ profile: SyncProfile) {
        self.init()
        func text(_ name: OID?) -> String? {
            switch name.flatMap({ values.value(of: $0) }) {
            case .octetString(let octets)?:
                let text = String(decoding: octets.filter { $0 != 0 }, as: UTF8.self)
                return text.isEmpty ? nil : text
            case .objectIdentifier(let oid)?: return oid.description
            case let value?: return value.runningNumber.map(String.init)
            case nil: return nil
            }
        }
        description = text(OID.mib2.appending(1, 1, 0))
        objectID = text(OID.mib2.appending(1, 2, 0))
        name = text(profile.deviceName) ?? text(OID.mib2.appending(1, 5, 0))
        product = text(profile.product)
        version = text(profile.version)
        // Devices that were never given one say 0.
        serial = text(profile.serial).flatMap { $0 == "0" ? nil : $0 }
        if self == SyncInventory() { return nil }
    }
}

extension Value {
    /// What tells one state of a table from another.
    var changeMark: UInt64? {
        switch self {
        case .timeTicks(let number), .gauge32(let number), .counter32(let number): UInt64(number)
        default: nil
        }
    }
}
