import Basics
import Journal
import Manager
import SNMPSecurity
import SNMPWire
import Synchronization
import TestPeers
import Testing

@testable import Intake

/// Messages of v3 on their way from a socket to the journal.
@Suite struct SecurityTests {
    private func security(_ users: [User] = [V3Device.user], clocks: [EngineClock] = []) -> IncomingSecurity {
        IncomingSecurity(
            engine: OwnEngine(id: V3Device.engine(200), boots: 5, started: Moment.now.monotonic),
            users: UserTable(users), timeliness: Timeliness(clocks))
    }

    @Test func trapsOfAUserAreJournaledAsTheyCame() throws {
        let bench = try Bench(users: [V3Device.user(networks: [Network("127.0.0.0/8")].compactMap { $0 })])
        let sender = try UDPSender(to: bench.endpoint())
        let traps = try [
            V3Device(1).trap(), V3Device(2).trap(), V3Device(1).trap(requestID: 2, text: "y"),
        ]
        for trap in traps { try sender.send(trap) }
        #expect(bench.received(3))
        bench.intake.stop()
        #expect(bench.journal.entries.map(\.payload) == traps)
        #expect(bench.accounts.journaled == 3 && bench.accounts.isBalanced && bench.refused.isEmpty)
        #expect(bench.metric("trapline_engines_known") == 2)
        #expect(bench.metric("trapline_keys_localised_total") == 2)
    }

    @Test func eachRefusalHasItsCounterAndALineThatSaysWhatToDo() throws {
        let network = try #require(Network("192.0.2.0/24"))
        let weak = User(name: "weak", authentication: .init(.sha256, password: V3Device.password))
        let bench = try Bench(users: [V3Device.user, V3Device.user("elsewhere", networks: [network]), weak])
        let sender = try UDPSender(to: bench.endpoint())
        let trap = try V3Device(1).trap()
        var ahead = V3Device(1)
        (ahead.boots, ahead.time) = (4, 5_000)
        var behind = ahead
        behind.time = 4_800
        var lost = ahead
        lost.time = 4_000
        var unprivate = V3Device.user
        unprivate.privacy = nil
        unprivate.minimumLevel = .authNoPriv
        var otherPrivacy = V3Device.user
        otherPrivacy.privacy?.password = Secret("other private words")
        let datagrams: [(String?, [UInt8])] = try [
            (nil, trap),
            ("v3-replayed", trap),
            (nil, ahead.trap()),
            ("v3-not-in-time-window", behind.trap()),
            ("v3-time-went-back", lost.trap()),
            ("v3-boots-went-back", V3Device(1).trap(requestID: 9)),
            ("v3-unknown-user", V3Device(2, user: V3Device.other).trap()),
            ("v3-wrong-digest", V3Device(2, user: V3Device.user(password: Secret("other words"))).trap()),
            ("v3-network-not-bound", V3Device(2, user: V3Device.user("elsewhere")).trap()),
            ("v3-level-too-low", V3Device(2, user: unprivate).trap(level: .authNoPriv)),
            ("v3-unsupported-level", V3Device(2, user: V3Device.user("weak")).trap()),
        ]
        for (_, datagram) in datagrams { try sender.send(datagram) }
        #expect(bench.received(datagrams.count))
        #expect(try sender.receive(timeout: .milliseconds(50)) == nil, "a trap was answered")
        bench.intake.stop()
        #expect(bench.refused == Dictionary(uniqueKeysWithValues: datagrams.compactMap { $0.0 }.map { ($0, 1) }))
        #expect(bench.accounts.journaled == 2 && bench.accounts.isBalanced)
        let log = bench.log.all
        for (label, _) in datagrams {
            guard let label else { continue }
            #expect(log.contains { $0.contains(label) && $0.contains("engine 80001f88800707") }, "\(label)")
        }
        let line = try #require(log.first { $0.contains("v3-wrong-digest") })
        #expect(line.contains("from 127.0.0.1:") && line.contains("user `ops`") && line.contains("check the password"))
        #expect(bench.metric("trapline_usm_stats_total{counter=\"usmStatsWrongDigests\"}") == 1)
        #expect(bench.metric("trapline_usm_stats_total{counter=\"usmStatsNotInTimeWindows\"}") == 3)
        #expect(!log.joined().contains("words"))
    }

    @Test func versionsCanBeSwitchedOff() throws {
        let bench = try Bench(access: AccessSettings(users: [V3Device.user], versions: [.v2c]))
        let sender = try UDPSender(to: bench.endpoint())
        try sender.send(V3Device(1).trap())
        // With users and no communities nobody is let in by v2c.
        try sender.send(Wire.trap())
        #expect(bench.received(2))
        #expect(bench.refused == ["version": 1, "community": 1])
        bench.intake.replaceAccess(AccessSettings(users: [V3Device.user], versions: [.v3]))
        try sender.send(V3Device(1).trap())
        try sender.send(Wire.trap())
        #expect(bench.received(4))
        #expect(bench.refused == ["version": 2, "community": 1] && bench.accounts.journaled == 1)
        bench.intake.replaceAccess(
            AccessSettings(
                communities: [Community(name: nil, value: Secret("public"))], users: [V3Device.user]))
        try sender.send(V3Device(2).trap())
        try sender.send(Wire.trap())
        #expect(bench.received(6))
        #expect(bench.accounts.journaled == 3)
        bench.intake.stop()
    }

    @Test func usersChangeWhileItRuns() throws {
        let security = security()
        let bench = try Bench(users: [V3Device.user], security: security)
        let sender = try UDPSender(to: bench.endpoint())
        let changed = V3Device(1, user: V3Device.user(password: Secret("other words")))
        try sender.send(changed.trap())
        #expect(bench.received(1))
        bench.intake.replaceAccess(AccessSettings(users: [changed.user]))
        try sender.send(changed.trap(requestID: 2))
        try sender.send(V3Device(1).trap(requestID: 3))
        #expect(bench.received(3))
        bench.intake.stop()
        #expect(bench.refused == ["v3-wrong-digest": 2] && bench.accounts.journaled == 1)
    }

    // MARK: Informs

    @Test func discoveryIsAnsweredAndCountedAsNothingElse() throws {
        let security = security()
        let bench = try Bench(users: [V3Device.user], security: security)
        let sender = try UDPSender(to: bench.endpoint())
        let report = try #require(try sender.request(V3Device.discovery, timeout: .seconds(20)))
        let summary = try #require(try V3View.check(report))
        #expect(Array(report[summary.engineID]) == security.engine.id.octets)
        #expect(summary.messageID == 77 && summary.engineBoots == 5 && !summary.isReportable)
        #expect(summary.scoped?.kind == .report && summary.scoped?.requestID == 78)
        // The next step, with an engine ID and no clock yet: the report is authentic.
        var unsynchronised = security.engine
        unsynchronised.boots = 0
        unsynchronised.started = Moment.now.monotonic
        let step = try V3Device(1).inform(to: unsynchronised, level: .authPriv)
        let second = try #require(try sender.request(step, timeout: .seconds(20)))
        #expect(try V3View.check(second)?.level == .authNoPriv)
        bench.intake.stop()
        #expect(bench.accounts.answered == 2 && bench.accounts.refusedTotal == 0 && bench.accounts.isBalanced)
        #expect(bench.journal.entries.isEmpty)
        #expect(bench.metric("trapline_reports_sent_total{listener=\"traps\"}") == 2)
        #expect(bench.metric("trapline_datagrams_answered_total{listener=\"traps\"}") == 2)
    }

    @Test func aWrongInformIsRefusedAndToldWhy() throws {
        let security = security()
        let bench = try Bench(users: [V3Device.user], security: security)
        let sender = try UDPSender(to: bench.endpoint())
        let wrong = try V3Device(1, user: V3Device.user(password: Secret("other words"))).inform(to: security.engine)
        let report = try #require(try sender.request(wrong, timeout: .seconds(20)))
        #expect(try V3View.check(report)?.scoped?.kind == .report)
        bench.intake.stop()
        #expect(bench.refused == ["v3-wrong-digest": 1] && bench.accounts.answered == 0)
    }

    @Test func informsAreAnsweredOnceTheyAreKept() throws {
        let security = security()
        let bench = try Bench(users: [V3Device.user], security: security)
        let device = V3Device(1)
        let opener = NotificationOpener(users: UserTable([V3Device.user]))
        let sender = try UDPSender(to: bench.endpoint())
        bench.journal.hold()
        try sender.send(device.inform(to: security.engine, requestID: 5))
        #expect(eventually { bench.journal.entries.count == 1 })
        #expect(try sender.receive(timeout: .milliseconds(50)) == nil, "it was answered before it was kept")
        // The sender tries again, with new octets.
        try sender.send(device.inform(to: security.engine, requestID: 5))
        #expect(eventually { bench.accounts.received == 2 })
        bench.journal.release()
        for _ in 0..<2 {
            let response = try #require(try sender.receive(timeout: .seconds(20)))
            let opened = try #require(try opener.openMessage(response))
            #expect(opened.summary.level == .authPriv && opened.summary.messageID == 5)
            #expect(opened.scoped.kind == .response && opened.scoped.requestID == 5)
        }
        // And once more, after it is on disk.
        let again = try #require(
            try sender.request(device.inform(to: security.engine, requestID: 5), timeout: .seconds(20)))
        #expect(try opener.openMessage(again)?.scoped.kind == .response)
        // Another one is another one.
        _ = try sender.request(device.inform(to: security.engine, requestID: 6), timeout: .seconds(20))
        bench.intake.stop()
        #expect(bench.accounts.journaled == 2 && bench.accounts.duplicate == 2 && bench.accounts.isBalanced)
        #expect(bench.journal.entries.count == 2)
        #expect(bench.metric("trapline_informs_acknowledged_total{listener=\"traps\"}") == 4)
    }

    @Test func aReplayedInformIsRefusedWhoeverSendsIt() throws {
        let security = security()
        let bench = try Bench(users: [V3Device.user], security: security)
        let sender = try UDPSender(to: bench.endpoint())
        let inform = try V3Device(1).inform(to: security.engine, requestID: 5)
        let repeated = try V3Device(1).inform(to: security.engine, requestID: 5)
        _ = try #require(try sender.request(inform, timeout: .seconds(20)))
        _ = try #require(try sender.request(repeated, timeout: .seconds(20)))
        let thief = try UDPSender(to: bench.endpoint())
        try thief.send(inform)
        try thief.send(repeated)
        #expect(bench.received(4))
        // Its own sender may have lost the answer.
        _ = try #require(try sender.request(inform, timeout: .seconds(20)))
        bench.intake.stop()
        #expect(bench.refused == ["v3-replayed": 2])
        #expect(bench.accounts.journaled == 1 && bench.accounts.duplicate == 2 && bench.accounts.isBalanced)
    }

    /// One that proves less passes for the first of none that proves more, though their PDUs, request IDs and ports agree.
    @Test func informsAreToldApartByWhoSendsThem() throws {
        var ops = V3Device.user
        ops.minimumLevel = .authNoPriv
        let open = User(name: "open", networks: [Network("127.0.0.0/8")].compactMap { $0 })
        let security = security([ops, open])
        let bench = try Bench(
            access: AccessSettings(communities: [Community(name: nil, value: Secret("public"))], users: [ops, open]),
            security: security)
        let sender = try UDPSender(to: bench.endpoint())
        let device = V3Device(1)
        let informs: [() throws -> [UInt8]] = [
            { Wire.inform(requestID: 5) },
            { try V3Device(1, user: open).inform(to: security.engine, requestID: 5, level: .noAuthNoPriv) },
            { try device.inform(to: security.engine, requestID: 5, level: .authNoPriv) },
            { try device.inform(to: security.engine, requestID: 5) },
            { try device.inform(to: security.engine, requestID: 5, context: "room") },
        ]
        for inform in informs + informs { _ = try #require(try sender.request(inform(), timeout: .seconds(20))) }
        bench.intake.stop()
        #expect(
            bench.accounts.journaled == 5 && bench.accounts.duplicate == 5 && bench.accounts.isBalanced,
            "\(bench.accounts)")
    }

    @Test func anInformThatCouldNotBeKeptIsTakenWhenItComesAgain() throws {
        let security = security()
        let bench = try Bench(users: [V3Device.user], security: security)
        let sender = try UDPSender(to: bench.endpoint())
        bench.journal.fail(MemoryJournal.full)
        let inform = try V3Device(1).inform(to: security.engine, requestID: 4)
        try sender.send(inform)
        try sender.send(V3Device(1).inform(to: security.engine, requestID: 5))
        #expect(bench.received(2))
        bench.journal.fail(nil)
        // With the same octets, or with new ones.
        #expect(try sender.request(inform, timeout: .seconds(20)) != nil)
        #expect(
            try sender.request(V3Device(1).inform(to: security.engine, requestID: 5), timeout: .seconds(20)) != nil)
        bench.intake.stop()
        #expect(bench.accounts.failedTotal == 2 && bench.accounts.journaled == 2 && bench.accounts.isBalanced)
    }

    /// The network may hold a repeat's octets up until after its first has failed.
    @Test func aRepeatOfWhatCouldNotBeKeptMayComeAgainToo() throws {
        let security = security()
        let bench = try Bench(users: [V3Device.user], security: security)
        let sender = try UDPSender(to: bench.endpoint())
        bench.journal.hold()
        let inform = try V3Device(1).inform(to: security.engine, requestID: 5)
        let again = try V3Device(1).inform(to: security.engine, requestID: 5)
        try sender.send(inform)
        try sender.send(again)
        #expect(eventually { bench.accounts.received == 2 })
        bench.journal.release(.failure(MemoryJournal.full))
        #expect(eventually { bench.accounts.failedTotal == 2 })
        #expect(try sender.request(again, timeout: .seconds(20)) != nil)
        bench.intake.stop()
        #expect(bench.refused.isEmpty && bench.accounts.journaled == 1 && bench.accounts.isBalanced)
    }

    /// One that was overheard, sent again from many ports, pushes no genuine one out of the memory.
    @Test func replaysTakeNoRoomAmongTheInforms() throws {
        let security = security()
        var limits = IntakeLimits()
        limits.informs = 4
        let bench = try Bench(access: AccessSettings(users: [V3Device.user]), limits: limits, security: security)
        let sender = try UDPSender(to: bench.endpoint())
        let informs = try (1...3 as ClosedRange<Int32>).map {
            try V3Device(1).inform(to: security.engine, requestID: $0)
        }
        for inform in informs { _ = try #require(try sender.request(inform, timeout: .seconds(20))) }
        for _ in 0..<10 { try UDPSender(to: bench.endpoint()).send(informs[0]) }
        #expect(bench.received(13))
        // All three are known still, by new octets.
        for number in 1...3 as ClosedRange<Int32> {
            let again = try V3Device(1).inform(to: security.engine, requestID: number)
            _ = try #require(try sender.request(again, timeout: .seconds(20)))
        }
        bench.intake.stop()
        #expect(bench.refused == ["v3-replayed": 10])
        #expect(bench.accounts.journaled == 3 && bench.accounts.duplicate == 3 && bench.accounts.isBalanced)
    }

    /// What asks for a Report as an inform does and is none is lost, and so counted and told of.
    @Test func onlyAnInformsFirstStepsCountAsAnswered() throws {
        let security = security()
        let bench = try Bench(users: [V3Device.user], security: security)
        let sender = try UDPSender(to: bench.endpoint())
        let trap = SNMPMessage.v3(
            V3Envelope(
                messageID: 77, maxSize: 65_507, flags: V3Envelope.reportableFlag, securityModel: 3, engineID: [],
                engineBoots: 0, engineTime: 0, userName: [], authenticationParameters: [], privacyParameters: [],
                scopedPDU: .plaintext(
                    contextEngineID: [], contextName: [],
                    pdu: .standard(StandardPDU(kind: .trapV2, requestID: 78, variables: Wire.variables("x")))))
        ).encode()
        try sender.send(trap)
        var device = V3Device(1)
        try sender.send(device.trap())
        (device.boots, device.time) = (0, 0)
        let reading = EngineReading(boots: 0, time: 0)
        try sender.send(device.message(.informRequest, 2, "x", .authPriv, device.engine, reading))
        try sender.send(
            V3Device(2, user: V3Device.user).message(.trapV2, 3, "x", .authPriv, security.engine.id, reading))
        #expect(bench.received(4))
        #expect(bench.accounts.answered == 0)
        #expect(bench.refused == ["v3-unknown-engine": 2, "v3-own-engine-trap": 1])
        #expect(bench.log.all.contains { $0.contains("own engine ID") })
        // An inform by the clock of before a restart: its sender learns the new one and sends again.
        var before = security.engine
        before.boots -= 1
        _ = try #require(try sender.request(V3Device(1).inform(to: before, requestID: 4), timeout: .seconds(20)))
        #expect(bench.received(5))
        #expect(bench.accounts.answered == 1 && bench.accounts.refusedTotal == 3)
        bench.intake.stop()
        #expect(bench.accounts.journaled == 1 && bench.accounts.isBalanced)
    }

    /// A firewall that lets nothing out: the sender asks for ever, its informs are lost, and somebody must look after it.
    @Test func whoAsksForeverIsToldOf() throws {
        let security = security()
        var limits = IntakeLimits()
        limits.patience = 0
        let bench = try Bench(access: AccessSettings(users: [V3Device.user]), limits: limits, security: security)
        let sender = try UDPSender(to: bench.endpoint())
        var before = security.engine
        before.boots -= 1
        let old = try V3Device(1).inform(to: before, requestID: 4)
        for number in 1...InformSteps.most + 2 { try sender.send(number.isMultiple(of: 2) ? old : V3Device.discovery) }
        #expect(bench.received(InformSteps.most + 2))
        #expect(bench.accounts.answered == InformSteps.most && bench.refused == ["v3-no-inform-follows": 2])
        let line = try #require(bench.log.all.first { $0.contains("v3-no-inform-follows") })
        #expect(line.contains("from 127.0.0.1:") && line.contains("11 times") && line.contains("do not reach it"))
        // It is answered all the same, so that it can begin at any time.
        for _ in 1...InformSteps.most + 2 { #expect(try sender.receive(timeout: .seconds(20)) != nil) }
        _ = try #require(
            try sender.request(V3Device(1).inform(to: security.engine, requestID: 5), timeout: .seconds(20)))
        // One with a wrong password has a reason of its own each time, and reads what it is told.
        let wrong = V3Device(1, user: V3Device.user(password: Secret("other words")))
        for _ in 1...InformSteps.most * 2 {
            _ = try #require(try sender.request(V3Device.discovery, timeout: .seconds(20)))
            _ = try #require(try sender.request(wrong.inform(to: security.engine), timeout: .seconds(20)))
        }
        bench.intake.stop()
        #expect(bench.refused == ["v3-no-inform-follows": 2, "v3-wrong-digest": InformSteps.most * 2])
        #expect(bench.accounts.answered == InformSteps.most * 3)
        #expect(bench.accounts.journaled == 1 && bench.accounts.isBalanced)
    }

    /// It is encrypted, so that nobody sees what it is; without a look inside it would be taken for a trap.
    @Test func aResponseThatComesTooLateIsRefused() throws {
        let bench = try Bench(users: [V3Device.user])
        let sender = try UDPSender(to: bench.endpoint())
        let peer = try #require(sender.localEndpoint)
        let key = ExpectedResponse.Key(peer: peer, requestID: 7)
        bench.intake.expect(ExpectedResponse(key: key, proof: .user { _, _ in .foreign }) { _ in })
        bench.intake.forget(key)
        let device = V3Device(1)
        let reading = EngineReading(boots: device.boots, time: device.time)
        try sender.send(device.message(.response, 7, "x", .authPriv, device.engine, reading))
        try sender.send(device.trap())
        #expect(bench.received(2))
        bench.intake.stop()
        #expect(bench.refused == ["unawaited-response": 1])
        #expect(bench.accounts.journaled == 1 && bench.accounts.isBalanced)
    }

    // MARK: Reports

    @Test func reportsAreLimited() throws {
        let bench = try Bench(users: [V3Device.user])
        let sender = try UDPSender(to: bench.endpoint())
        let most = ReportLimiter.perAddress.burst
        for index in 0..<most * 3 {
            try sender.send(V3Device.discovery)
            // So that none is lost in the kernel.
            if index % 50 == 49 { #expect(bench.received(index + 1)) }
        }
        #expect(bench.received(most * 3))
        bench.intake.stop()
        let accounts = bench.accounts
        #expect(accounts.isBalanced && accounts.answered >= most)
        #expect(accounts.answered + (bench.refused["v3-unknown-engine"] ?? 0) == most * 3)
        #expect(
            bench.metric("trapline_reports_withheld_total{listener=\"traps\"}")
                == bench.refused["v3-unknown-engine"] ?? 0)
    }

    // MARK: Keys

    @Test func keysAreOnDiskBeforeTheMessage() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("keys")
        let security = security()
        let keys = DecryptionKeys(users: security.users, ring: security.ring)
        let bench = try Bench(
            users: [V3Device.user], security: security, keeper: KeyKeeper(keys, path: path))
        let sender = try UDPSender(to: bench.endpoint())
        // Whoever reads it with no user at all can open it, from the moment on at which it is written.
        let opened = Mutex<[Bool]>([])
        bench.journal.onWrite { entry in
            let kept = (try? KeptKeysFile.read(path).keys) ?? KeptKeys()
            let notification = try? NotificationOpener(users: UserTable(), kept: kept).open(entry.payload)
            opened.withLock { $0.append(notification != nil) }
        }
        for number in 1...20 as ClosedRange<UInt8> {
            let trap = try V3Device(number).trap()
            try sender.send(trap)
            #expect(eventually { bench.journal.entries.count == Int(number) })
            #expect(throws: Never.self) { try keys.opener().open(trap) }
        }
        bench.intake.stop()
        #expect(opened.withLock { $0 } == [Bool](repeating: true, count: 20))
    }

    @Test func keysThatCannotBeSavedCostNoMessage() throws {
        let folder = try TemporaryFolder()
        let security = security()
        let keys = DecryptionKeys(users: security.users, ring: security.ring)
        let bench = try Bench(
            users: [V3Device.user], security: security,
            keeper: KeyKeeper(keys, path: folder.file("missing/keys")))
        let sender = try UDPSender(to: bench.endpoint())
        try sender.send(V3Device(1).trap())
        #expect(bench.received(1))
        bench.intake.stop()
        #expect(bench.accounts.journaled == 1)
        #expect(bench.log.all.contains { $0.contains("keys of SNMPv3 messages could not be saved") })
    }

    // MARK: Clocks that went back

    /// A device that loses its counter may begin with fewer boots, or with the same number again, which net-snmp does
    /// without its folder: then only its time is less.
    @Test(arguments: [
        [EngineReading(boots: 2, time: 100_000), EngineReading(boots: 1, time: 100_000)],
        [EngineReading(boots: 3, time: 50_000), EngineReading(boots: 3, time: 30)],
    ]) func aClockThatWentBackIsToldOnce(_ lost: [EngineReading]) throws {
        let security = security()
        let bench = try Bench(users: [V3Device.user], security: security)
        let sender = try UDPSender(to: bench.endpoint())
        var device = V3Device(1)
        device.time = 100_000
        try sender.send(device.trap())
        (device.boots, device.time) = (lost[0].boots, lost[0].time)
        for number in 0..<5 as Range<Int32> { try sender.send(device.trap(requestID: number)) }
        #expect(bench.received(6))
        let news = bench.intake.takeNews()
        guard case .clockWentBack(device.engine, "ops", let known, lost[0], IPAddress(v4: 0x7f00_0001)) = news.first
        else {
            Issue.record("told: \(news)")
            return
        }
        #expect(news.count == 1 && known.boots == 3 && known.time >= 100_000)
        try sender.send(device.trap(requestID: 9))
        // A timely one among them does not settle it so soon.
        var timely = V3Device(1)
        timely.time = 100_001
        try sender.send(timely.trap(requestID: 10))
        #expect(bench.received(8))
        #expect(bench.intake.takeNews().isEmpty)
        bench.intake.trustClock(of: device.engine)
        try sender.send(device.trap(requestID: 11))
        #expect(bench.received(9))
        #expect(bench.accounts.journaled == 3)
        // It can begin anew.
        (device.boots, device.time) = (lost[1].boots, lost[1].time)
        try sender.send(device.trap(requestID: 12))
        #expect(bench.received(10))
        #expect(bench.intake.takeNews().count == 1)
        bench.intake.stop()
    }
}
