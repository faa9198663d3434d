import Basics
import Foundation
import Manager
import SNMPWire
import Testing

@testable import Resynchronisation

/// When a device is asked, and what its answers lead to.
@Suite struct SyncTableTests {
    private static let trap = OID.enterprises.appending(5003, 9, 10, 1, 21, 2, 0)
    private static let number = OID.enterprises.appending(5003, 9, 10, 1, 21, 1, 5, 0)
    private static let peer = Endpoint(IPAddress(v4: 0xc000_0207), port: 40_161)
    private static let own = Endpoint(IPAddress(v4: 0xc000_0201), port: 1_161)
    private static let minute: Int64 = 60_000_000_000

    /// A table with one device, its time and its settings.
    private struct Bench {
        var table = SyncTable()
        /// When its last keep-alive came.
        var opened: Timestamp?
        var settings = SyncSettings(profile: .audiocodes, poll: nil)
        var now = Timestamp(seconds: 1_000_000)
        var actions: [SyncAction] = []

        mutating func heard(_ kind: RunningNumbers.Class, _ trapOID: OID = trap.appending(10), number: Int32? = nil) {
            let variables = number.map { [VariableBinding(name: SyncTableTests.number, value: .integer($0))] } ?? []
            if kind == .keepAlive { opened = now }
            actions += table.heard(
                kind, of: "device", trapOID: trapOID, variables: VariableBindings(variables), alarm: nil, at: now,
                settings)
        }

        /// Its keep-alives keep the way open for a minute.
        func way(at time: Timestamp) -> SyncWay {
            let isClosed = opened.map { time.nanoseconds - $0.nanoseconds > minute } ?? false
            return SyncWay(
                RequestPath(peer: peer, local: own),
                notBefore: isClosed ? Timestamp(nanoseconds: time.nanoseconds + minute) : nil)
        }

        /// Lets time go by; the requests that it led to.
        mutating func pass(seconds: Int64) -> [SyncTable.Request] {
            now = Timestamp(nanoseconds: now.nanoseconds + seconds * 1_000_000_000)
            while let due = table.nextDue, due <= now {
                guard let device = table.takeDue(by: now) else { break }
                actions += table.advance(device, to: due, now: now, way(at: due), settings)
            }
            return table.takeChanges().requests
        }

        /// Answers what was asked; the requests that it led to.
        mutating func answer(_ variables: [VariableBinding], status: Int32 = 0, index: Int32 = 0) -> [SyncTable.Request]
        {
            let reply = SNMPReply(
                requestID: 1, errorStatus: status, errorIndex: index, variables: VariableBindings(variables))
            actions += table.take(reply, from: "device", at: now, way(at: now), settings)
            return table.takeChanges().requests
        }

        mutating func unanswered(_ number: Int64) -> [SyncTable.Request] {
            actions += table.unanswered(number, "no answer", at: now, way(at: now), settings)
            return table.takeChanges().requests
        }
    }

    private func names(_ request: SyncTable.Request) -> [OID] { request.request.variables.map(\.name) }

    /// The answer to a Get that knows only the time.
    private func scalars(_ request: SyncTable.Request, uptime: UInt32) -> [VariableBinding] {
        names(request).map {
            VariableBinding(name: $0, value: $0 == .sysUpTimeInstance ? .timeTicks(uptime) : .noSuchObject)
        }
    }

    @Test func aDeviceIsAskedAtItsFirstContactThroughTheWayThatItsKeepAliveOpened() throws {
        var bench = Bench()
        bench.heard(.keepAlive)
        #expect(bench.pass(seconds: 5).isEmpty)
        let request = try #require(bench.pass(seconds: 10).first)
        #expect(request.path == RequestPath(peer: Self.peer, local: Self.own))
        #expect(request.number == 1)
        #expect(names(request).first == .sysUpTimeInstance)
    }

    /// Neither a keep-alive nor its number has the whole state written.
    @Test func aKeepAliveWritesNoMoreThanItsNumber() throws {
        var bench = Bench()
        bench.heard(.keepAlive, number: 1)
        #expect(bench.table.takeChanges().states.count == 1)
        bench.heard(.keepAlive, number: 2)
        let changes = bench.table.takeChanges()
        #expect(changes.states.isEmpty)
        #expect(changes.numbers.map(\.device) == ["device"])
        // One that always has the same number writes nothing in the end.
        for _ in 0..<20 { bench.heard(.keepAlive, number: 0) }
        _ = bench.table.takeChanges()
        bench.heard(.keepAlive, number: 0)
        #expect(bench.table.takeChanges().isEmpty)
    }

    @Test func whoMakesAClaimIsAskedWhoHeIs() throws {
        var bench = Bench()
        bench.table.question("serial:4711", at: bench.now)
        bench.table.question("serial:4711", at: bench.now)
        #expect(bench.table.devices.isEmpty)
        let due = bench.table.takeDue(by: bench.now)
        let name = try #require(due)
        #expect(SyncTable.claim(of: name) == "serial:4711")
        #expect(SyncTable.claim(of: "serial:4711") == nil)
        #expect(
            bench.table.advance(name, to: bench.now, now: bench.now, bench.way(at: bench.now), bench.settings).isEmpty)
        let requests = bench.table.takeChanges().requests
        let request = try #require(requests.first)
        let serial = try #require(SyncProfile.audiocodes.serial)
        let engineID = OID.internet.appending(6, 3, 10, 2, 1, 1, 0)
        #expect(names(request) == [serial, engineID])
        let reply = SNMPReply(
            requestID: 1,
            variables: VariableBindings([
                VariableBinding(name: serial, value: .gauge32(4_711)),
                VariableBinding(name: engineID, value: .octetString([0x80, 0x00, 0x0a])),
            ]))
        let actions = bench.table.take(reply, from: name, at: bench.now, bench.way(at: bench.now), bench.settings)
        #expect(actions == [.identified(serial: "4711", engineID: "80000a")])
    }

    @Test func whoDoesNotSayWhoHeIsIsAskedAgainLater() throws {
        var bench = Bench()
        bench.table.question("serial:4711", at: bench.now)
        let due = bench.table.takeDue(by: bench.now)
        let name = try #require(due)
        _ = bench.table.advance(name, to: bench.now, now: bench.now, bench.way(at: bench.now), bench.settings)
        let requests = bench.table.takeChanges().requests
        let request = try #require(requests.first)
        let reply = SNMPReply(
            requestID: 1,
            variables: VariableBindings(names(request).map { VariableBinding(name: $0, value: .noSuchObject) }))
        let actions = bench.table.take(reply, from: name, at: bench.now, bench.way(at: bench.now), bench.settings)
        #expect(actions == [.failed(.claim, "it does not say who it is")])
        #expect(bench.table.nextDue == bench.now + .seconds(30))
    }

    @Test func aWayThatMayBeClosedWaitsForTheNextKeepAlive() throws {
        var bench = Bench()
        bench.heard(.keepAlive)
        #expect(bench.unanswered(try #require(bench.pass(seconds: 20).first).number).isEmpty)
        #expect(bench.unanswered(try #require(bench.pass(seconds: 40).first).number).isEmpty)
        // The keep-alive is two minutes old when it is tried again.
        #expect(bench.pass(seconds: 70).isEmpty)
        #expect(bench.pass(seconds: 30).isEmpty)
        bench.heard(.keepAlive)
        #expect(bench.pass(seconds: 25).count == 1)
    }

    @Test func aBootingDeviceIsLeftAlone() throws {
        var bench = Bench()
        bench.heard(.keepAlive)
        bench.heard(.event, OID.snmpTraps.appending(1))
        for _ in 0..<4 {
            #expect(bench.pass(seconds: 55).isEmpty)
            bench.heard(.keepAlive)
        }
        bench.heard(.event, Self.trap.appending(4))
        #expect(bench.pass(seconds: 10).count == 1)
    }

    @Test func aDeviceThatNeverSaysThatItIsUpIsAskedAfterAll() throws {
        var bench = Bench()
        bench.heard(.event, OID.snmpTraps.appending(1))
        #expect(bench.pass(seconds: 299).isEmpty)
        #expect(bench.pass(seconds: 10).count == 1)
    }

    @Test func aRestartEndsTheConversation() throws {
        var bench = Bench()
        bench.heard(.keepAlive)
        let request = try #require(bench.pass(seconds: 20).first)
        bench.heard(.event, OID.snmpTraps.appending(1))
        #expect(bench.table.takeChanges().settled == [request.number])
        #expect(!bench.table.isBusy("device"))
    }

    /// Neither an answer nor the word that there is none: the journal had no room for either.
    @Test(arguments: [false, true]) func whatNothingComesOfEndsByItself(isSent: Bool) throws {
        var bench = Bench()
        bench.heard(.keepAlive)
        let request = try #require(bench.pass(seconds: 20).first)
        if isSent { bench.table.sent(request.number, requestID: 99, at: bench.now) }
        #expect(bench.pass(seconds: isSent ? 119 : 895).isEmpty)
        #expect(bench.table.isBusy("device"))
        _ = bench.table.takeChanges()
        bench.now = Timestamp(nanoseconds: bench.now.nanoseconds + 11_000_000_000)
        let due = bench.table.takeDue(by: bench.now)
        #expect(due == "device")
        bench.actions += bench.table.advance(
            "device", to: bench.now, now: bench.now, bench.way(at: bench.now), bench.settings)
        #expect(bench.actions == [.failed(.firstContact, "nothing came of the question")])
        #expect(bench.table.takeChanges().settled == [request.number])
        #expect(!bench.table.isBusy("device"))
        bench.heard(.keepAlive)
        #expect(bench.pass(seconds: 31).count == 1)
    }

    /// The server was down meanwhile: whoever is asked has that much longer.
    @Test func aPauseOfOurOwnIsNoSilence() throws {
        var bench = Bench()
        bench.heard(.keepAlive)
        let request = try #require(bench.pass(seconds: 20).first)
        bench.table.sent(request.number, requestID: 99, at: bench.now)
        bench.table.postpone(by: 10 * Self.minute)
        #expect(bench.pass(seconds: 600).isEmpty)
        #expect(bench.table.isBusy("device"))
        #expect(bench.actions.isEmpty)
    }

    @Test func aV1AgentIsAskedAgainWithoutWhatItDoesNotKnow() throws {
        var bench = Bench()
        bench.heard(.keepAlive)
        let first = try #require(bench.pass(seconds: 20).first)
        let second = try #require(
            bench.answer(Array(first.request.variables), status: SNMPReply.noSuchName, index: 3).first)
        #expect(names(second) == names(first).enumerated().filter { $0.offset != 2 }.map(\.element))
        let third = try #require(bench.answer(scalars(second, uptime: 100)).first)
        #expect(names(third) != names(second))
    }

    @Test func anAnswerToAnotherQuestionIsNone() throws {
        var bench = Bench()
        bench.heard(.keepAlive)
        _ = bench.pass(seconds: 20)
        let other = VariableBinding(name: OID.mib2.appending(1, 99, 0), value: .integer(1))
        #expect(bench.answer([other]).isEmpty)
        #expect(bench.actions == [.failed(.firstContact, "its answer does not fit the question")])
    }

    @Test func silenceHasLessAskedForAndThenAPause() throws {
        var bench = Bench()
        bench.heard(.keepAlive)
        let first = try #require(bench.pass(seconds: 20).first)
        var request = try #require(bench.answer(scalars(first, uptime: 100)).first)
        var repetitions: [Int32] = []
        while true {
            guard case .getBulk(let count) = request.request.operation else { break }
            repetitions.append(count)
            guard let next = bench.unanswered(request.number).first else { break }
            request = next
        }
        #expect(repetitions == [40, 20, 10, 5])
        #expect(bench.actions.last == .failed(.firstContact, "no answer"))
        // Each further wait is twice as long.
        for pause in [30, 60, 120, 240] as [Int64] {
            for _ in 0..<(pause - 1) {
                #expect(bench.pass(seconds: 1).isEmpty, "pause \(pause)")
                bench.heard(.keepAlive)
            }
            let again = try #require(bench.pass(seconds: 2).first, "pause \(pause)")
            #expect(bench.unanswered(again.number).isEmpty)
        }
    }

    /// The boot epoch that a device's answers tell, before and after.
    @Test(
        arguments: [
            (before: 1_000, after: 61_000, seconds: 600, isRestart: false),
            (before: 100_000, after: 500, seconds: 600, isRestart: true),
            // A clock that is a little off, either way.
            (before: 100_000, after: 162_000, seconds: 600, isRestart: false),
            (before: 100_000, after: 158_000, seconds: 600, isRestart: false),
            // The wrap after 497 days.
            (before: UInt32.max - 1_000, after: 58_999, seconds: 600, isRestart: false),
        ] as [(before: UInt32, after: UInt32, seconds: Int64, isRestart: Bool)])
    func aRestartIsNoticedByTheDevicesTime(before: UInt32, after: UInt32, seconds: Int64, isRestart: Bool) throws {
        var sync = DeviceSync()
        let settings = SyncSettings()
        let start = Timestamp(seconds: 1_000_000)
        for (uptime, time) in [
            (before, start), (after, Timestamp(nanoseconds: start.nanoseconds + seconds * 1_000_000_000)),
        ] {
            sync.wish(.poll, at: time)
            let asked = sync.advance(to: time, settings)
            guard case .ask(let request)? = asked.first else {
                Issue.record("nothing was asked")
                return
            }
            let variables = request.variables.map {
                VariableBinding(
                    name: $0.name, value: $0.name == .sysUpTimeInstance ? .timeTicks(uptime) : .noSuchObject)
            }
            let actions = sync.take(
                SNMPReply(requestID: 1, variables: VariableBindings(variables)), at: time, settings)
            #expect(actions.contains(.restartNoticed) == (isRestart && time > start))
            sync.job = nil
            sync.want = nil
        }
    }

    /// What its table is compared under: it answers with an empty one, and with a column of zeros.
    private func guards(
        of sync: inout DeviceSync, at time: Timestamp, uptime: UInt32, _ column: OID, _ settings: SyncSettings,
        meanwhile: (inout DeviceSync) -> Void = { _ in }
    ) -> SyncGuards? {
        var actions = sync.advance(to: time, settings)
        meanwhile(&sync)
        while case .ask(let request)? = actions.first(where: { $0.isQuestion }) {
            let variables = request.variables.map { asked -> VariableBinding in
                switch asked.name {
                case .sysUpTimeInstance: VariableBinding(name: asked.name, value: .timeTicks(uptime))
                case column: VariableBinding(name: column.appending(1), value: .gauge32(0))
                case let name where request.operation == .get: VariableBinding(name: name, value: .noSuchObject)
                case let name: VariableBinding(name: name, value: .endOfMibView)
                }
            }
            actions = sync.take(SNMPReply(requestID: 1, variables: VariableBindings(variables)), at: time, settings)
            if let guards = actions.lazy.compactMap(\.guards).first { return guards }
        }
        return nil
    }

    /// Whoever sends in a device's name can name any number of alarms.
    @Test(arguments: [1, SyncJob.touchedLimit - 1, SyncJob.touchedLimit, 2 * SyncJob.touchedLimit])
    func aDeviceThatSaysTooMuchIsNotCompared(count: Int) throws {
        var sync = DeviceSync()
        let settings = SyncSettings(profile: .rfc3877, poll: nil)
        guard case .zeroColumn(let column)? = SyncProfile.rfc3877.emptyProof else {
            Issue.record("no proof")
            return
        }
        let time = Timestamp(seconds: 1_000_000)
        sync.wish(.operatorsWord, at: time)
        let guards = guards(of: &sync, at: time, uptime: 100_000, column, settings) { sync in
            for number in 0..<count {
                _ = sync.heard(
                    .alarm, trapOID: Self.trap, variables: VariableBindings([]),
                    alarm: SyncKey(oid: Self.trap, source: "\(number)"), at: time, settings)
            }
        }
        #expect(guards?.isFlooded == (count >= SyncJob.touchedLimit))
        #expect(guards?.touched.count == min(count, SyncJob.touchedLimit))
    }

    /// A restart that only the device's time tells has nothing end before the device may have all of its alarms.
    @Test func nothingEndsSoonAfterARestart() throws {
        var sync = DeviceSync()
        let settings = SyncSettings(profile: .rfc3877, poll: nil)
        let profile = SyncProfile.rfc3877
        guard case .zeroColumn(let column)? = profile.emptyProof else {
            Issue.record("no proof")
            return
        }
        let steps: [(uptime: UInt32, seconds: Int64, mayClear: Bool)] = [
            (100_000, 0, true), (2_000, 600, false), (22_000, 800, false), (42_000, 1_000, true),
        ]
        for step in steps {
            let time = Timestamp(seconds: 1_000_000 + step.seconds)
            sync.wish(.operatorsWord, at: time)
            let guards = guards(of: &sync, at: time, uptime: step.uptime, column, settings)
            #expect(guards?.mayClear == step.mayClear, "after \(step.seconds) s")
            // It is asked once more when it may have them all: 300 s after it began to boot.
            #expect(sync.want?.due == (step.mayClear ? nil : Timestamp(seconds: 1_000_880).nanoseconds))
        }
    }

    @Test func aRestartIsNoticedByTheMarkThatIsGone() throws {
        var bench = Bench()
        bench.heard(.keepAlive)
        let mark = try #require(SyncProfile.audiocodes.restartMark)
        for (value, isRestart) in [(0, false), (7, false), (7, false), (0, true), (0, false)] as [(UInt32, Bool)] {
            bench.actions = []
            bench.table.wish(.operatorsWord, of: "device", at: bench.now)
            bench.heard(.keepAlive)
            let request = try #require(bench.pass(seconds: 20).first)
            let variables = names(request).map {
                VariableBinding(name: $0, value: $0 == mark ? .gauge32(value) : .noSuchObject)
            }
            _ = bench.answer(variables)
            #expect(bench.actions.contains(.restartNoticed) == isRestart)
            // The rest of the conversation is of no interest.
            bench.heard(.event, OID.snmpTraps.appending(3))
            while bench.table.isBusy("device") {
                let number = bench.table.lastNumber
                _ = bench.unanswered(number)
            }
            bench.now = Timestamp(nanoseconds: bench.now.nanoseconds + 120 * Self.minute)
        }
    }

    @Test func stateThatWasPutDownGoesOn() throws {
        var bench = Bench()
        bench.heard(.keepAlive)
        let request = try #require(bench.pass(seconds: 20).first)
        bench.table.sent(request.number, requestID: 99, at: bench.now)
        let saved = bench.table.takeChanges().states.compactMap { state in state.state.map { (state.device, $0) } }
        var again = SyncTable(saved.map { (device: $0.0, state: $0.1) }, lastNumber: request.number)
        #expect(again.device(answering: 99, from: Self.peer) == "device")
        #expect(again.device(answering: 98, from: Self.peer) == nil)
        #expect(again.device(answering: 99, from: Self.own) == nil)
        #expect(again.device(asked: request.number) == "device")
        let reply = SNMPReply(requestID: 99, variables: VariableBindings(scalars(request, uptime: 5)))
        _ = again.take(reply, from: "device", at: bench.now, bench.way(at: bench.now), bench.settings)
        let changes = again.takeChanges()
        #expect(changes.settled == [request.number])
        #expect(changes.requests.map(\.number) == [request.number + 1])
        #expect(again.device(answering: 99, from: Self.peer) == nil)
    }

    /// However long a walk is, each of its replies is written once, and what was put down comes to the same end.
    @Test func eachReplyOfAWalkIsWrittenOnce() throws {
        var bench = Bench()
        bench.settings.profile = .rfc3877
        let column = try #require(SyncProfile.rfc3877.active.walkColumns.first)
        bench.heard(.keepAlive)
        let first = try #require(bench.pass(seconds: 20).first)
        bench.actions += bench.table.take(
            SNMPReply(requestID: 1, variables: VariableBindings(scalars(first, uptime: 100))), from: "device",
            at: bench.now, bench.way(at: bench.now), bench.settings)
        var kept: [WalkRows.Part] = []
        var longest = 0
        for row in 1...200 as ClosedRange<UInt32> {
            let changes = bench.table.takeChanges()
            let state = try #require(changes.states.first?.state)
            longest = max(longest, try PropertyListEncoder().encode(state).count)
            for rows in changes.walks {
                if rows.isAnew { kept = [] }
                kept += rows.parts
            }
            #expect(kept.map(\.number) == Array(0..<(Int(row) - 1)))
            if row == 150 {
                // The server goes down and comes up.
                var again = try PropertyListDecoder().decode(
                    SyncTable.State.self, from: try PropertyListEncoder().encode(state))
                for part in kept { again.append(part.variables, toWalk: part.walk) }
                #expect(again == state)
                bench.table = SyncTable([("device", again)], lastNumber: bench.table.lastNumber)
            }
            let text = Value.objectIdentifier(OID.enterprises.appending(row))
            let name = column.appending(1, 0x61, 11).appending(arcs: Array(repeating: 0, count: 11) + [row])
            bench.actions += bench.table.take(
                SNMPReply(requestID: 1, variables: VariableBindings([VariableBinding(name: name, value: text)])),
                from: "device", at: bench.now, bench.way(at: bench.now), bench.settings)
        }
        #expect(longest < 8_192)
        // A restart ends the walk, and nothing of it stays.
        _ = bench.table.takeChanges()
        bench.heard(.event, OID.snmpTraps.appending(1))
        #expect(bench.table.takeChanges().walks.map(\.isAnew) == [true])
        bench.heard(.event, OID.snmpTraps.appending(1))
        #expect(bench.table.takeChanges().walks.isEmpty)
    }

    /// What it counted before is in the store, and is to be gone from there too.
    @Test func whoIsForgottenAndHeardAgainInOneBatchBeginsToCountAnew() {
        var bench = Bench()
        bench.heard(.alarm, number: 5)
        #expect(bench.table.takeChanges().numbers.count == 1)
        bench.table.forget("device")
        bench.heard(.keepAlive)
        #expect(bench.table.takeChanges().numbers.map(\.numbers) == [RunningNumbers()])
    }

    /// A full table has room for whoever comes, but not at the cost of those that answered.
    @Test func strangersMakeRoom() throws {
        var bench = Bench()
        bench.table = SyncTable(capacity: 3)
        bench.heard(.keepAlive)
        let request = try #require(bench.pass(seconds: 20).first)
        let reply = SNMPReply(requestID: 1, variables: VariableBindings(scalars(request, uptime: 100)))
        _ = bench.table.take(reply, from: "device", at: bench.now, bench.way(at: bench.now), bench.settings)
        func hear(_ name: String) {
            bench.actions += bench.table.heard(
                .keepAlive, of: name, trapOID: Self.trap, variables: VariableBindings([]), alarm: nil, at: bench.now,
                bench.settings)
            bench.now = Timestamp(nanoseconds: bench.now.nanoseconds + 1_000_000_000)
        }
        hear("z")
        hear("b")
        hear("a")
        #expect(bench.table.devices == ["a", "b", "device"])
        // One that is heard again more than an hour later was heard last; and so it is after a restart of the server.
        bench.now = Timestamp(nanoseconds: bench.now.nanoseconds + 61 * Self.minute)
        hear("b")
        var kept: [String: SyncTable.State] = [:]
        for (device, state) in bench.table.takeChanges().states { kept[device] = state }
        bench.table = SyncTable(kept.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, capacity: 3)
        hear("c")
        #expect(bench.table.devices == ["b", "c", "device"])
        for name in ["d", "e", "f"] { hear(name) }
        #expect(bench.table.devices == ["device", "e", "f"])
        #expect(bench.table.takeChanges().states.filter { $0.state == nil }.map(\.device) == ["a", "b", "c", "d"])

        // Where all have answered, nobody makes room.
        bench.table = SyncTable(kept.filter { $0.key == "device" }.map { ($0.key, $0.value) }, capacity: 1)
        hear("g")
        bench.table.question("serial:4711", at: bench.now)
        #expect(bench.table.devices == ["device"])
        #expect(bench.table.count == 1)
    }

    @Test func aDeviceKeepsItsConversationUnderAnotherName() throws {
        var bench = Bench()
        bench.heard(.keepAlive)
        let request = try #require(bench.pass(seconds: 20).first)
        bench.table.sent(request.number, requestID: 99, at: bench.now)
        bench.table.rename("device", to: "serial:4711")
        #expect(bench.table.device(answering: 99, from: Self.peer) == "serial:4711")
        #expect(bench.table.devices == ["serial:4711"])
        bench.table.forget("serial:4711")
        #expect(bench.table.device(answering: 99, from: Self.peer) == nil)
        #expect(bench.table.takeChanges().settled == [request.number])
        #expect(bench.table.nextDue == nil)
    }

    @Test func aProductIsKnownByItsNumberElseByItsOwnWords() {
        var inventory = SyncInventory()
        #expect(inventory.productName == nil)
        inventory.product = "72"
        inventory.description = "Product: Mediant 800C"
        #expect(inventory.productName == "Mediant 800 E-SBC")
        inventory.product = "172"
        #expect(inventory.productName == "Product: Mediant 800C")
        inventory.description = nil
        #expect(inventory.productName == "172")
    }
}

extension SyncAction {
    fileprivate var isQuestion: Bool {
        if case .ask = self { true } else { false }
    }

    fileprivate var guards: SyncGuards? {
        if case .standing(_, let guards) = self { guards } else { nil }
    }
}
