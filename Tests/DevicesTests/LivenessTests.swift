import Alarms
import Basics
import Devices
import Testing

@Suite struct LivenessTests {
    private let home = "192.0.2.7"

    @Test func theThirdMissedKeepAliveIsALostConnection() {
        var scene = Scene()
        scene.run(4, [(serial: "1", address: home)])
        // Heard last at 1081; due at 1108, 1135 and 1162, and a quarter of a period is tolerated.
        scene.wait(until: 1_168)
        #expect(scene.takeWords() == [])
        #expect(scene.inventory.count(of: .alive) == 1)
        scene.wait(2)
        let news = scene.takeNews()
        #expect(news.map(Scene.words) == ["lost serial:1"])
        #expect(news.first?.time == Timestamp(seconds: 1_169))
        #expect(news.first?.kind == .connectionLost(lastSeen: Timestamp(seconds: 1_081)))
        #expect(scene.inventory.count(of: .lost) == 1)
        #expect(scene.inventory.count(of: .alive) == 0)
        scene.wait(1_000)
        #expect(scene.takeWords() == [])
        scene.keepAlive("1", from: home)
        #expect(scene.takeWords() == ["restored serial:1"])
        #expect(scene.inventory.count(of: .alive) == 1)
    }

    @Test func anyTrafficKeepsADeviceAlive() {
        var scene = Scene()
        scene.run(3, [(serial: "1", address: home)])
        for _ in 0..<10 {
            scene.send(from: home)
            scene.wait(60)
        }
        #expect(scene.takeWords() == [])
    }

    @Test func aDeviceThatSendsNoKeepAlivesIsNeverLost() {
        var scene = Scene()
        scene.send(from: home)
        scene.wait(10_000)
        #expect(scene.takeWords() == [])
        #expect(scene.inventory.device(home)?.state == .known)
    }

    @Test func afterItsFirstKeepAliveAloneADeviceIsGivenTime() {
        var scene = Scene()
        scene.keepAlive("1", from: home)
        scene.wait(900)
        #expect(scene.takeWords() == [])
        scene.wait(100)
        #expect(scene.takeWords() == ["lost serial:1"])
    }

    @Test func aShorterPeriodThanExpectedMovesTheTimerNearer() {
        var scene = Scene()
        scene.run(2, [(serial: "1", address: home)])
        scene.keepAlive("1", from: home)
        scene.wait(89)
        #expect(scene.takeWords() == ["lost serial:1"])
    }

    @Test func aPeriodOfMinutesIsFarBeyondTheWheel() {
        var scene = Scene()
        scene.run(3, period: 600, [(serial: "1", address: home)])
        scene.wait(until: 1_000 + 2 * 600 + 3 * 600 + 149)
        #expect(scene.takeWords() == [])
        scene.wait(3)
        #expect(scene.takeWords() == ["lost serial:1"])
    }

    @Test func theConfiguredPeriodCounts() throws {
        let rule = DevicePolicy.NetworkRule(network: try #require(Network("192.0.2.0/24")), period: .seconds(10))
        var scene = Scene(DevicePolicy(rules: [rule]))
        scene.run(3, [(serial: "1", address: home)])
        // Its keep-alives come each 27 s all the same: nothing of them is missing after 10 s times three.
        #expect(scene.takeWords() == [])
        scene.wait(6)
        #expect(scene.takeWords() == ["lost serial:1"])
    }

    @Test func whatIsMarkedAsExpectedIsWatchedWithoutAKeepAlive() throws {
        let network = try #require(Network("192.0.2.0/24"))
        let rule = DevicePolicy.NetworkRule(network: network, period: .seconds(10), isExpected: true)
        var scene = Scene(DevicePolicy(rules: [rule]))
        scene.send(from: home)
        scene.wait(33)
        #expect(scene.takeWords() == ["lost 192.0.2.7"])
        scene.send(from: home)
        #expect(scene.takeWords() == ["restored 192.0.2.7"])
    }

    @Test func aDeviceThatIsNamedInTheConfigurationIsWatchedBeforeItIsHeard() throws {
        let rule = DevicePolicy.NetworkRule(
            network: try #require(Network(home)), name: "edge", period: .seconds(10), isExpected: true)
        var scene = Scene(DevicePolicy(rules: [rule]))
        #expect(scene.inventory.device(home)?.name == "edge")
        scene.wait(33)
        #expect(scene.takeWords() == ["lost 192.0.2.7"])
        #expect(scene.keepAlive("5", from: home).name == "edge")
        #expect(scene.takeWords() == ["192.0.2.7 is serial:5", "restored serial:5"])
    }

    @Test func whatIsNotToBeWatchedIsNot() throws {
        let network = try #require(Network("192.0.2.0/24"))
        let rule = DevicePolicy.NetworkRule(network: network, isExpected: false)
        var scene = Scene(DevicePolicy(rules: [rule]))
        scene.run(3, [(serial: "1", address: home)])
        scene.wait(10_000)
        #expect(scene.takeWords() == [])
    }

    // MARK: - While nobody listened

    @Test func aGapMovesEveryDeadlineByTheGap() {
        var scene = Scene()
        scene.run(4, [(serial: "1", address: home)])
        scene.wait(until: 1_160)
        scene.sleep(5_000)
        scene.wait(8)
        #expect(scene.takeWords() == [])
        scene.wait(2)
        #expect(scene.takeNews().map(\.time) == [Timestamp(seconds: 6_169)])
    }

    @Test func whoFiresOtherTimersInBetweenSaysThatItIsAGap() {
        var scene = Scene()
        scene.run(4, [(serial: "1", address: home)])
        scene.wait(until: 1_160)
        let due = scene.inventory.nextDue
        scene.inventory.postpone(by: 100_000_000_000)
        #expect(scene.inventory.nextDue?.nanoseconds == due.map { $0.nanoseconds + 100_000_000_000 })
        // Steps that are shorter than a gap do not hide it.
        for time in 1_161...1_260 { #expect(scene.inventory.advance(to: Timestamp(seconds: Int64(time))) == []) }
        scene.sleep(100)
        scene.wait(8)
        #expect(scene.takeWords() == [])
        scene.wait(2)
        #expect(scene.takeNews().map(\.time) == [Timestamp(seconds: 1_269)])
    }

    @Test func nothingIsToldBeforeTheNextTimer() {
        var scene = Scene()
        #expect(scene.inventory.nextDue == nil)
        scene.run(4, [(serial: "1", address: home), (serial: "2", address: "192.0.2.8")])
        var told: [DeviceNews] = []
        for second in 1..<200 where told.isEmpty {
            let tick = Timestamp(seconds: scene.now + Int64(second))
            if let due = scene.inventory.nextDue, due <= tick {
                let before = scene.inventory.advance(to: Timestamp(nanoseconds: due.nanoseconds - 1))
                #expect(before.isEmpty)
                told = scene.inventory.advance(to: due)
                #expect(told.allSatisfy { $0.time == due })
            }
            let after = scene.inventory.advance(to: tick)
            #expect(after.isEmpty)
        }
        #expect(told.map(Scene.words) == ["lost serial:1", "lost serial:2"])
        #expect(scene.inventory.count(of: .lost) == 2)
    }

    @Test func fiveSecondsAreNoGap() {
        var scene = Scene()
        scene.run(4, [(serial: "1", address: home)])
        for _ in 0..<20 { scene.sleep(5) }
        #expect(scene.takeWords() == ["lost serial:1"])
    }

    @Test func aRestartLosesNobody() {
        var scene = Scene()
        scene.run(4, [(serial: "1", address: home)])
        var again = Scene(DevicePolicy(), scene.saved(), at: scene.now + 86_400)
        #expect(again.takeWords() == [])
        #expect(again.inventory.count(of: .alive) == 1)
        again.wait(20)
        again.keepAlive("1", from: home)
        again.wait(80)
        #expect(again.takeWords() == [])
        again.wait(20)
        #expect(again.takeWords() == ["lost serial:1"])
    }

    @Test func aRestartInTheMidstOfItGivesTheSame() {
        var straight = Scene()
        straight.run(4, [(serial: "1", address: home)])
        var restarted = Scene(DevicePolicy(), straight.saved(), at: straight.now)
        straight.wait(200)
        restarted.wait(200)
        let news = straight.takeNews()
        #expect(news.map(Scene.words) == ["lost serial:1"])
        #expect(restarted.takeNews() == news)
    }

    // MARK: - The period

    @Test func thePeriodIsLearned() {
        var period = KeepAlivePeriod()
        #expect(period.milliseconds == nil)
        period.note(intervalNanoseconds: 27_000_000_000)
        #expect(period.milliseconds == nil)
        period.note(intervalNanoseconds: 27_000_000_000)
        #expect(period.milliseconds == 27_000)
        for _ in 0..<100 { period.note(intervalNanoseconds: 29_000_000_000) }
        #expect((28_900...29_000).contains(period.milliseconds ?? 0))
    }

    @Test func keepAlivesOfAStartMakeNoPeriod() {
        var period = KeepAlivePeriod()
        for interval in [1_000, 1_000, 12_000, 30_000] {
            period.note(intervalNanoseconds: Int64(interval) * 1_000_000)
            #expect(period.milliseconds == nil, "after \(interval) ms")
        }
        period.note(intervalNanoseconds: 30_000_000_000)
        #expect(period.milliseconds == 30_000)
        // Nor do they change one that was learned.
        for _ in 0..<5 { period.note(intervalNanoseconds: 600_000_000) }
        #expect(period.milliseconds == 30_000)
    }

    @Test func aDeviceThatBeginsWithTwoKeepAlivesAtOnceIsNotLostBetweenTheNext() {
        var scene = Scene()
        scene.keepAlive("1", from: home)
        scene.wait(1)
        scene.run(4, period: 30, [(serial: "1", address: home)])
        #expect(scene.takeWords() == [])
        scene.wait(120)
        #expect(scene.takeWords() == ["lost serial:1"])
    }

    @Test func aLostKeepAliveOrACopyDoesNotChangeThePeriod() {
        var period = KeepAlivePeriod()
        for interval in [27_000, 54_000, 27_000, 81_000, 54_000, 27_000, 1, 26_999, 100, 27_000, 3_000, 27_000] {
            period.note(intervalNanoseconds: Int64(interval) * 1_000_000)
        }
        #expect((26_500...27_500).contains(period.milliseconds ?? 0))
    }

    @Test func whatKeepsComingIsTheNewPeriod() {
        var period = KeepAlivePeriod(learned: 27_000)
        for _ in 0..<2 { period.note(intervalNanoseconds: 60_000_000_000) }
        #expect(period.milliseconds == 27_000)
        period.note(intervalNanoseconds: 60_000_000_000)
        #expect(period.milliseconds == 60_000)
        for _ in 0..<2 { period.note(intervalNanoseconds: 10_000_000_000) }
        #expect(period.milliseconds == 10_000)
        period.note(intervalNanoseconds: .max)
        period.note(intervalNanoseconds: .min)
        #expect(period.milliseconds == 10_000)
    }
}
