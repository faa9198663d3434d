import Alarms
import Basics
import Devices
import Journal
import MIBCatalog
import Pipeline
import Resynchronisation
import Routing
import SNMPWire
import Store
import Testing
import TraplineMetrics

@testable import DeviceSimulation

/// Alarms that were missed are fetched back from the device, through store, manager and journal.
@Suite struct ResynchronisationTests {
    /// A scene whose device was heard and asked once, with nothing standing.
    private func settled(_ options: DeviceOptions = .init(), poll: Int64? = nil) throws -> SyncScene {
        var scene = try SyncScene(options, poll: poll)
        try scene.pass(seconds: 60)
        #expect(scene.asked > 0)
        return scene
    }

    @Test func aLostRaiseIsFetchedFromTheHistory() throws {
        var scene = try settled()
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.pass(seconds: 10)
        #expect(scene.standing == scene.truth)
        let before = scene.asked
        scene.device.loseNext(1)
        try scene.happen { $0.raise(.ethernetLink(2, .critical), at: $1) }
        try scene.happen { $0.raise(.ethernetLink(3), at: $1) }
        try scene.pass(seconds: 4)
        #expect(scene.asked == before, "a gap must stand first")
        try scene.pass(seconds: 10)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.count == 3)
        let raised = try scene.events(DeviceAlarm.trap(10)).filter { $0.reason == "resynchronised" }
        #expect(raised.map(\.source) == ["Board#1/EthernetLink#2"])
        #expect(raised.first?.transition == .raised)
        #expect(raised.first?.deviceTime != nil)
        #expect(try scene.events(OwnFacts.resyncDone).count == 1)
    }

    @Test func aLostClearIsFetchedFromTheHistory() throws {
        var scene = try settled()
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.pass(seconds: 1)
        scene.device.loseNext(1)
        try scene.happen { $0.clear(DeviceAlarm.ethernetLink(1).key, at: $1) }
        try scene.happen { $0.raise(.ethernetLink(2), at: $1) }
        try scene.pass(seconds: 20)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.count == 1)
    }

    @Test func aLostRaiseWhoseClearCameIsNotRaised() throws {
        var scene = try settled()
        try scene.happen { $0.raise(.ethernetLink(9), at: $1) }
        try scene.pass(seconds: 1)
        scene.device.loseNext(1)
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.pass(seconds: 2)
        try scene.happen { $0.clear(DeviceAlarm.ethernetLink(1).key, at: $1) }
        try scene.pass(seconds: 20)
        #expect(scene.standing == scene.truth)
        let link = try scene.events(DeviceAlarm.trap(10)).filter { $0.source.hasSuffix("#1") }
        #expect(link.map(\.transition) == [.logged])
    }

    /// What comes while the history is read and has no row in it may be older than all of it.
    @Test func anOldClearDoesNotKeepAMissedRaiseFromRising() throws {
        var scene = try settled()
        let link = DeviceAlarm.ethernetLink(1)
        try scene.happen { $0.raise(link, at: $1) }
        try scene.pass(seconds: 3)
        try scene.happen(late: 22) { $0.clear(link.key, at: $1) }
        try scene.pass(seconds: 1)
        try scene.ask()
        try scene.pass(seconds: 3)
        #expect(scene.standing.isEmpty)
        scene.device.loseNext(1)
        try scene.happen { $0.raise(link, at: $1) }
        // Now it is asked, and its answers take long.
        scene.way.answer = 5
        try scene.happen { $0.raise(.ethernetLink(2), at: $1) }
        try scene.pass(seconds: 60)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.count == 2)
    }

    /// The same of the active table.
    @Test func anOldClearDoesNotKeepAStandingAlarmFromRising() throws {
        var scene = try settled()
        scene.way.answer = 3
        let link = DeviceAlarm.ethernetLink(1)
        try scene.happen { $0.raise(link, at: $1) }
        try scene.pass(seconds: 5)
        try scene.happen(late: 10) { $0.clear(link.key, at: $1) }
        scene.device.loseNext(1)
        try scene.happen { $0.raise(link, at: $1) }
        try scene.pass(seconds: 2)
        try scene.ask()
        try scene.pass(seconds: 60)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.count == 1)
    }

    /// It comes when all was read, and its clear never does.
    @Test func aRaiseThatComesLongAfterItsLostClearEnds() throws {
        var scene = try settled()
        let link = DeviceAlarm.ethernetLink(1)
        try scene.happen(late: 25) { $0.raise(link, at: $1) }
        try scene.pass(seconds: 1)
        scene.device.loseNext(1)
        try scene.happen { $0.clear(link.key, at: $1) }
        try scene.pass(seconds: 1)
        try scene.ask()
        try scene.pass(seconds: 15)
        #expect(scene.standing.isEmpty)
        try scene.pass(seconds: 10)
        #expect(scene.standing.count == 1)
        try scene.pass(seconds: 20)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.isEmpty)
    }

    /// What changes whenever it is asked is asked less and less often, and nothing that agrees is asked again.
    @Test func whatChangesAllTheTimeIsNotAskedAllTheTime() throws {
        var scene = try settled()
        scene.way.answer = 1
        try scene.ask()
        for step in 0..<600 {
            let link = DeviceAlarm.ethernetLink(1)
            try scene.happen { step.isMultiple(of: 2) ? $0.raise(link, at: $1) : $0.clear(link.key, at: $1) }
            try scene.pass(seconds: 1)
        }
        let whileItFlapped = scene.asked
        #expect(whileItFlapped < 100)
        try scene.pass(seconds: 1_200)
        #expect(scene.standing == scene.truth)
        let afterwards = scene.asked
        try scene.pass(seconds: 3_600)
        #expect(scene.asked == afterwards)
    }

    @Test func aLostLastTrapIsFoundByTheSlowPoll() throws {
        var scene = try settled(poll: 120)
        scene.device.loseNext(1)
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.pass(seconds: 20)
        #expect(scene.standing.isEmpty)
        try scene.pass(seconds: 130)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.count == 1)
    }

    @Test func aPollThatFindsNothingSaysNothing() throws {
        var scene = try settled(poll: 60)
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        let before = scene.asked
        try scene.pass(seconds: 300)
        #expect(scene.asked > before + 4)
        #expect(try scene.events(OwnFacts.resyncDone).isEmpty)
        #expect(scene.standing == scene.truth)
    }

    // MARK: Who it is

    @Test func whatADeviceSaysOfItselfStandsInTheInventory() throws {
        let scene = try settled()
        let device = try #require(try scene.store.devices().first)
        #expect(device.id == "serial:4711")
        #expect(device.product?.isEmpty == false)
        #expect(device.softwareVersion?.isEmpty == false)
    }

    @Test func aDeviceThatMovedIsBelievedOnceItAnswersThere() throws {
        var scene = try settled()
        let moved = Endpoint(IPAddress(v4: 0xc000_0263), port: 40_999)
        scene.peer = moved
        // One keep-alive: without an answer, two and a silence would be needed.
        try scene.pass(seconds: 33)
        let devices = try scene.store.devices()
        #expect(devices.map(\.id) == ["serial:4711"])
        #expect(devices.first?.address == moved.address)
        // The way follows.
        try scene.happen { $0.raise(.ethernetLink(3), at: $1) }
        try scene.pass(seconds: 1)
        scene.device.loseNext(1)
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.happen { $0.raise(.ethernetLink(2), at: $1) }
        try scene.pass(seconds: 60)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.count == 3)
    }

    @Test func aClaimThatNobodyAnswersForStaysAClaim() throws {
        var scene = try settled()
        scene.peer = Endpoint(IPAddress(v4: 0xc000_0263), port: 40_999)
        scene.way.silence = 1
        #expect(scene.askedWho == 0)
        try scene.pass(seconds: 33)
        #expect(scene.askedWho == 1)
        let known = try scene.store.devices().first { $0.id == "serial:4711" }
        #expect(known?.address == IPAddress(v4: 0xc000_0207))
        #expect(!scene.isFailing, "nothing is wrong with the device")
    }

    @Test func nobodyIsAskedThatLiesInNoManagedNetwork() throws {
        var scene = try SyncScene()
        let snapshot = PipelineSnapshot(
            interpreter: scene.pipeline.snapshot.interpreter, routing: scene.pipeline.snapshot.routing, catalog: .empty)
        scene.setSnapshot(snapshot)
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.pass(seconds: 120)
        #expect(scene.asked == 0)
        #expect(scene.standing == scene.truth)
    }

    @Test func aWrapHasTheActiveTableRead() throws {
        var options = DeviceOptions()
        options.firstNumber = 31_998
        var scene = try settled(options)
        for link in 1...3 { try scene.happen { $0.raise(.ethernetLink(link), at: $1) } }
        try scene.pass(seconds: 1)
        scene.device.loseNext(2)
        for link in 4...5 { try scene.happen { $0.raise(.ethernetLink(link), at: $1) } }
        try scene.happen { $0.clear(DeviceAlarm.ethernetLink(1).key, at: $1) }
        try scene.pass(seconds: 20)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.count == 4)
    }

    @Test func ahistoryThatLostWhatWasMissedHasTheActiveTableRead() throws {
        var options = DeviceOptions()
        options.historyLimit = 5
        var scene = try settled(options)
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.pass(seconds: 1)
        scene.device.loseNext(11)
        for link in 2...6 { try scene.happen { $0.raise(.ethernetLink(link), at: $1) } }
        try scene.happen { $0.clear(DeviceAlarm.ethernetLink(1).key, at: $1) }
        for link in 2...6 { try scene.happen { $0.clear(DeviceAlarm.ethernetLink(link).key, at: $1) } }
        try scene.happen { $0.raise(.ethernetLink(8), at: $1) }
        try scene.pass(seconds: 20)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.count == 1)
    }

    @Test func aRestartWhoseColdStartWasLostIsNoticedByAPoll() throws {
        var scene = try settled(poll: 120)
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.pass(seconds: 5)
        // It is right again while the device is down, which then has nothing to say.
        scene.device.restart(at: scene.now)
        try scene.happen { $0.clear(DeviceAlarm.ethernetLink(1).key, at: $1) }
        scene.way.loss = 1
        try scene.pass(seconds: 60)
        scene.way.loss = 0
        #expect(scene.standing.count == 1)
        try scene.pass(seconds: 200)
        #expect(scene.standing.isEmpty)
    }

    /// The unit that takes over booted later than the one before, and answers before anything that it sends has come.
    @Test func theAnswerOfAPairsOtherUnitTellsOfNoRestart() throws {
        var scene = try SyncScene(peer: 4_712, poll: nil)
        try scene.pass(seconds: 60)
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.pass(seconds: 40)
        scene.device.units[1].bootedAt = scene.now
        try scene.pass(seconds: 400)
        scene.way.loss = 1
        try scene.happen { $0.switchOver(at: $1) }
        let before = scene.asked
        try scene.ask()
        try scene.pass(seconds: 20)
        #expect(scene.asked > before)
        #expect(scene.standing[DeviceAlarm.ethernetLink(1).key] != nil)
        #expect(try scene.events(DeviceAlarm.trap(10)).map(\.transition) == [.raised])
    }

    @Test func aDeviceThatDoesNotAnswerIsAnAlarmUntilItDoes() throws {
        var scene = try settled()
        try scene.happen { $0.raise(.ethernetLink(9), at: $1) }
        try scene.pass(seconds: 1)
        scene.way.silence = 1
        scene.device.loseNext(1)
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.happen { $0.raise(.ethernetLink(2), at: $1) }
        try scene.pass(seconds: 90)
        #expect(scene.isFailing)
        #expect(scene.standing.count == 2)
        scene.way.silence = 0
        try scene.pass(seconds: 200)
        #expect(!scene.isFailing)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.count == 3)
    }

    /// What it is asked with may have been put right.
    @Test func whoeverFailedIsAskedSoonAfterAnotherConfiguration() throws {
        var scene = try settled()
        scene.way.silence = 1
        try scene.ask()
        try scene.pass(seconds: 1_500)
        #expect(scene.isFailing)
        scene.way.silence = 0
        let before = scene.asked
        try scene.pass(seconds: 60)
        #expect(scene.asked == before, "the pause is longer by now")
        try scene.tell(OwnFacts.configurationLoaded)
        try scene.pass(seconds: 20)
        #expect(scene.asked > before)
        #expect(!scene.isFailing)
        let after = scene.asked
        try scene.tell(OwnFacts.configurationLoaded)
        try scene.pass(seconds: 20)
        #expect(scene.asked == after, "nothing had failed")
    }

    @Test func anAgentWithoutTheTableSaysNothingOfItsAlarms() throws {
        var scene = try SyncScene(poll: 300, profile: .rfc3877)
        try scene.pass(seconds: 1_000)
        #expect(try scene.events(OwnFacts.resyncHasNoTable).count == 1, "at its first contact, and not at each poll")
        try scene.ask()
        try scene.pass(seconds: 20)
        #expect(try scene.events(OwnFacts.resyncHasNoTable).count == 2)
        #expect(try scene.events(OwnFacts.resyncDone).isEmpty)
        #expect(!scene.isFailing)
    }

    @Test func whoIsNotAskedAnyMoreFailsNoMore() throws {
        var scene = try settled()
        scene.way.silence = 1
        try scene.ask()
        try scene.pass(seconds: 90)
        #expect(scene.isFailing)
        scene.setSnapshot(try SyncScene.snapshot(poll: nil, .audiocodes, isManaged: false))
        try scene.pass(seconds: 3_600)
        #expect(!scene.isFailing)
        #expect(try scene.events(OwnFacts.resyncGivenUp).count == 1)
    }

    @Test func theAlarmOfADeviceThatAnswersWhenItIsManagedNoMoreEnds() throws {
        var scene = try settled()
        scene.way.silence = 1
        try scene.ask()
        try scene.pass(seconds: 40)
        #expect(scene.isFailing)
        scene.way.silence = 0
        scene.way.answer = 5
        let before = scene.asked
        try scene.ask()
        try scene.pass(seconds: 3)
        #expect(scene.asked > before)
        scene.setSnapshot(try SyncScene.snapshot(poll: nil, .audiocodes, isManaged: false))
        try scene.pass(seconds: 20)
        #expect(!scene.isFailing)
    }

    /// Its network is taken out of the configuration while it is asked, and put back.
    @Test(arguments: [0, 1]) func aDeviceThatWasNotManagedForAMomentIsAskedAgain(silence: Double) throws {
        var scene = try settled()
        scene.way.answer = 5
        scene.way.silence = silence
        try scene.ask()
        try scene.pass(seconds: 2)
        let before = (snapshot: scene.pipeline.snapshot, asked: scene.asked)
        scene.setSnapshot(try SyncScene.snapshot(poll: nil, .audiocodes, isManaged: false))
        try scene.pass(seconds: 40)
        scene.setSnapshot(before.snapshot)
        scene.way = .init()
        #expect(scene.asked == before.asked)
        scene.device.loseNext(1)
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.happen { $0.raise(.ethernetLink(2), at: $1) }
        try scene.pass(seconds: 45)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.count == 2)
    }

    /// What a relay's datagrams held when they were lost may be of any device behind it.
    @Test(arguments: [OwnFacts.blind, OwnFacts.senderWithinBudget]) func whatIsLostOfARelayHasAllAsked(fact: OID) throws
    {
        var scene = try settled()
        let relay = VariableBinding(name: OwnFacts.blindSender, value: .octetString(ArraySlice("198.51.100.9".utf8)))
        let before = scene.asked
        try scene.tell(fact, [relay])
        try scene.pass(seconds: 20)
        #expect(scene.asked == before, "a stranger's loss is no other's")
        var snapshot = scene.pipeline.snapshot
        snapshot.devices = DevicePolicy(relays: [try #require(Network("198.51.100.0/24"))])
        scene.setSnapshot(snapshot)
        try scene.tell(fact, [relay])
        try scene.pass(seconds: 20)
        #expect(scene.asked > before)
    }

    /// Requests leave, and nothing is ever journaled of them.
    @Test func aQuestionOfWhichNothingIsJournaledIsAskedAgain() throws {
        var scene = try settled()
        scene.way.isSwallowed = true
        scene.device.loseNext(1)
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.ask()
        try scene.pass(seconds: 10)
        scene.way.isSwallowed = false
        try scene.pass(seconds: 600)
        #expect(scene.standing.isEmpty)
        try scene.pass(seconds: 600)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.count == 1)
    }

    @Test func anEmptyTableThatIsNoTableClearsNothing() throws {
        var scene = try settled()
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.pass(seconds: 5)
        var options = scene.device.options
        options.servesAlarmTables = false
        var blind = SimulatedDevice(
            serialNumber: 4_711, options: options, bootedAt: Timestamp(seconds: 1_700_000_000))
        _ = blind.advance(to: scene.now)
        _ = blind.raise(.ethernetLink(1), at: scene.now)
        scene.device = blind
        try scene.ask()
        try scene.pass(seconds: 60)
        #expect(scene.standing.count == 1)
    }

    @Test func anOverflownTableClearsNothing() throws {
        var options = DeviceOptions()
        options.activeLimit = 3
        var scene = try settled(options)
        for link in 1...6 { try scene.happen { $0.raise(.ethernetLink(link), at: $1) } }
        try scene.pass(seconds: 10)
        #expect(scene.standing.count == 7)
        try scene.ask()
        try scene.pass(seconds: 60)
        #expect(scene.standing == scene.truth)
    }

    @Test func whatIsRaisedWhileTheTableIsReadStays() throws {
        var scene = try settled()
        for link in 1...40 { try scene.happen { $0.raise(.ethernetLink(link), at: $1) } }
        try scene.pass(seconds: 5)
        scene.way.answer = 1.5
        try scene.ask()
        for link in 41...60 {
            try scene.happen { $0.raise(.ethernetLink(link), at: $1) }
            try scene.happen { $0.clear(DeviceAlarm.ethernetLink(link - 40).key, at: $1) }
            try scene.pass(seconds: 1)
        }
        try scene.pass(seconds: 60)
        #expect(scene.standing == scene.truth)
        #expect(try scene.events(DeviceAlarm.trap(10)).filter { $0.reason == "resynchronised" }.isEmpty)
    }

    @Test func afterARestartOfTheServerWhatWasMissedIsFetched() throws {
        var scene = try settled()
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.pass(seconds: 5)
        try scene.happen { $0.raise(.ethernetLink(2), at: $1) }
        try scene.happen { $0.clear(DeviceAlarm.ethernetLink(1).key, at: $1) }
        try scene.restartServer(after: 300)
        #expect(scene.standing != scene.truth)
        try scene.pass(seconds: 90)
        #expect(scene.standing == scene.truth)
    }

    @Test func aWalkInHandGoesOnAfterARestartOfTheServer() throws {
        var scene = try settled()
        for link in 1...60 { try scene.happen { $0.raise(.ethernetLink(link), at: $1) } }
        try scene.pass(seconds: 5)
        scene.device.loseNext(1)
        try scene.happen { $0.clear(DeviceAlarm.ethernetLink(1).key, at: $1) }
        try scene.ask()
        let before = scene.asked
        try scene.restartServer(after: 1)
        try scene.pass(seconds: 60)
        #expect(scene.standing == scene.truth)
        #expect(scene.asked > before)
    }

    /// RFC 3877: no running numbers and no history, and a notification's variables in a table of their own.
    @Test func theStandardsTableServesAsWell() throws {
        var options = DeviceOptions()
        options.servesStandardTables = true
        options.servesAlarmTables = false
        var scene = try SyncScene(options, poll: 120, profile: .rfc3877)
        try scene.pass(seconds: 60)
        for link in 1...15 { try scene.happen { $0.raise(.ethernetLink(link), at: $1) } }
        try scene.pass(seconds: 5)
        scene.device.loseNext(4)
        try scene.happen { $0.clear(DeviceAlarm.ethernetLink(1).key, at: $1) }
        try scene.happen { $0.clear(DeviceAlarm.ethernetLink(2).key, at: $1) }
        try scene.happen { $0.raise(.ethernetLink(20, .critical), at: $1) }
        try scene.happen { $0.raise(.proxyLost(1, .minor), at: $1) }
        #expect(scene.standing != scene.truth)
        try scene.pass(seconds: 200)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.count == 15)
        let raised = try scene.events(DeviceAlarm.trap(10)).first { $0.source.hasSuffix("#20") }
        #expect(raised?.text == "Ethernet link alarm. LAN port number 20 is down.")
    }

    /// A device of whose alarms some are in the standard's table, heard and asked once.
    private func standardsScene(poll: Int64?) throws -> SyncScene {
        var options = DeviceOptions()
        options.servesStandardTables = true
        options.servesAlarmTables = false
        var scene = try SyncScene(options, poll: poll, profile: .rfc3877)
        try scene.pass(seconds: 60)
        return scene
    }

    @Test func aStandardAlarmThatTheStandardsTableNeverShowsStays() throws {
        var scene = try standardsScene(poll: 120)
        scene.send(SyncScene.linkDown)
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.pass(seconds: 300)
        #expect(scene.stands(SyncScene.linkDown))
        #expect(scene.standing == scene.truth)
        // Another vendor's alarm would have its row there.
        scene.send(SyncScene.foreign)
        try scene.pass(seconds: 5)
        #expect(scene.stands(SyncScene.foreign))
        try scene.ask()
        try scene.pass(seconds: 60)
        #expect(!scene.stands(SyncScene.foreign))
    }

    /// The table of a device that boots is empty, and says itself that nothing stands.
    @Test func nothingEndsWhileItsDeviceBoots() throws {
        var scene = try standardsScene(poll: nil)
        scene.send(SyncScene.foreign)
        try scene.pass(seconds: 2)
        #expect(scene.stands(SyncScene.foreign))
        let asked = scene.asked
        scene.device.restart(at: scene.now)
        try scene.pass(seconds: 280)
        #expect(scene.stands(SyncScene.foreign))
        // At last it is asked anew.
        try scene.pass(seconds: 120)
        #expect(scene.asked > asked)
        #expect(!scene.stands(SyncScene.foreign))
    }

    /// Random raises, clears, severities, events, losses, duplicates, reorderings, restarts of device and server, and
    /// answers that do not come: once all is quiet, and the device was polled, what stands here is what stands there.
    @Test(arguments: 1...20) func whatStandsHereIsWhatStandsThere(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var options = DeviceOptions()
        options.numbering = DeviceOptions.Numbering.allCases.randomElement(using: &generator) ?? .together
        options.keepAliveNumbering =
            DeviceOptions.KeepAliveNumbering.allCases.randomElement(using: &generator) ?? .zero
        options.indexing = DeviceOptions.Indexing.allCases.randomElement(using: &generator) ?? .row
        options.severityChange = DeviceOptions.SeverityChange.allCases.randomElement(using: &generator) ?? .direct
        options.firstNumber = Bool.random(using: &generator) ? 1 : 31_980
        options.variableCount = [10, 11, 13, 16].randomElement(using: &generator) ?? 16
        options.hasInstances = Bool.random(using: &generator)
        options.historyLimit = [5, 20, 500].randomElement(using: &generator) ?? 500
        var scene = try SyncScene(options, seed: seed)
        scene.way = .init(loss: 0.15, duplication: 0.1, delay: 3, silence: 0.05)
        for _ in 0..<120 {
            let link = Int.random(in: 1...6, using: &generator)
            let severity = DeviceSeverity.allCases.filter { $0 >= .warning }.randomElement(using: &generator) ?? .major
            switch Int.random(in: 0..<40, using: &generator) {
            case 0: scene.device.restart(at: scene.now)
            case 1: try scene.restartServer(after: Int.random(in: 1...100, using: &generator))
            case 2...5:
                try scene.happen {
                    $0.event(DeviceAlarm(28, source: "", severity: .indeterminate, text: "done"), at: $1)
                }
            case 6...20: try scene.happen { $0.raise(.ethernetLink(link, severity), at: $1) }
            default: try scene.happen { $0.clear(DeviceAlarm.ethernetLink(link).key, at: $1) }
            }
            try scene.pass(seconds: Int.random(in: 0...15, using: &generator))
        }
        scene.way = .init()
        try scene.pass(seconds: 1_200)
        #expect(scene.standing == scene.truth, "seed \(seed)")
        #expect(!scene.isFailing, "seed \(seed)")

        // The same journal gives the same events, however it is cut and wherever it is stopped.
        let again = try EventStore.inMemory()
        var pipeline = try EventPipeline(store: again, snapshot: scene.pipeline.snapshot, metrics: MetricsRegistry())
        var rest = scene.records[...]
        while !rest.isEmpty {
            _ = try pipeline.process(Array(rest.prefix(Int.random(in: 1...400, using: &generator))))
            rest = rest.drop { $0.position < pipeline.position ?? $0.position }
            if Int.random(in: 0..<4, using: &generator) == 0 {
                pipeline = try EventPipeline(
                    store: again, snapshot: scene.pipeline.snapshot, metrics: MetricsRegistry())
            }
        }
        #expect(
            try again.events(after: 0, limit: 100_000) == scene.store.events(after: 0, limit: 100_000), "seed \(seed)")
    }
}
