import Alarms
import Basics
import SNMPWire
import TestPeers
import Testing

/// What depends on time: alarms that expire or end with a restart, what comes too late, and what is withheld.
@Suite struct AlarmTimeTests {
    private static let trap = OID.enterprises.appending(5003, 9, 10, 1, 21, 2, 0, 10)
    private static let day: UInt32 = 8_640_000

    private struct Fixture {
        var table: AlarmTable
        var lastEventID: Int64 = 0

        init(_ settings: AlarmSettings = AlarmSettings(flapping: nil)) {
            table = AlarmTable(settings: settings)
        }

        /// One notification of a device; as in the pipeline, a withheld event takes no number.
        mutating func tell(
            _ severity: Severity, at time: Int64, source: String = "port 1", kind: AlarmRule.Kind = .alarm,
            uptime: UInt32? = nil, number: Int32? = nil, expires: Duration? = nil, clearsOnRestart: Bool = false
        ) -> Event? {
            var followed: [String] = []
            let event = table.apply(
                Interpretation(
                    kind: kind, alarm: "link", alarmOID: trap, trapOID: trap, source: source, severity: severity,
                    text: "\(severity.name) at \(time)", expires: expires, clearsOnRestart: clearsOnRestart,
                    runningNumber: number),
                device: device, time: Timestamp(seconds: time), uptime: uptime, isDevices: true,
                eventID: lastEventID + 1, followedSinks: &followed)
            if let event { lastEventID = event.id }
            return event
        }

        mutating func news() -> [AlarmNews] { table.takeNews() }

        mutating func advance(to time: Int64) -> [AlarmNews] { table.advance(to: Timestamp(seconds: time)) }

        var due: Int64? { table.nextDue?.seconds }
    }

    // MARK: - Expiry

    @Test func anAlarmThatIsNotToldAgainExpires() throws {
        var fixture = Fixture()
        _ = fixture.tell(.major, at: 100, expires: .seconds(300))
        #expect(fixture.due == 400)
        _ = fixture.tell(.major, at: 160, expires: .seconds(300))
        #expect(fixture.due == 460, "each repeat moves it")
        #expect(fixture.advance(to: 459).isEmpty)
        let expired = fixture.advance(to: 460)
        let news = try #require(expired.first)
        let event = try #require(Event(id: 9, of: news, at: Timestamp(seconds: 460)))
        #expect(event.transition == .cleared)
        #expect(event.reason == "expired")
        #expect(event.alarmID == 1)
        #expect(event.severity == .cleared)
        #expect(event.previousSeverity == .major)
        #expect(event.count == 2)
        #expect(fixture.table.count == 0)
        #expect(fixture.due == nil)
    }

    @Test func aClearTakesTheExpiryAway() {
        var fixture = Fixture()
        _ = fixture.tell(.major, at: 100, expires: .seconds(300))
        _ = fixture.tell(.cleared, at: 110)
        #expect(fixture.due == nil)
        _ = fixture.tell(.major, at: 120)
        #expect(fixture.advance(to: 1_000).isEmpty)
    }

    @Test func whatNobodyCouldHearIsNoSilence() {
        var fixture = Fixture()
        _ = fixture.tell(.major, at: 100, expires: .seconds(300))
        _ = fixture.table.takeChanges()
        fixture.table.postpone(by: 3_600_000_000_000)
        #expect(fixture.due == 4_000)
        #expect(fixture.table.alarms.map(\.expires) == [Timestamp(seconds: 4_000)])
        let changes = fixture.table.takeChanges()
        #expect(changes.postponed == 3_600_000_000_000, "for all rows at once")
        #expect(changes.upserts.isEmpty)
        #expect(fixture.table.takeChanges().postponed == 0)
    }

    @Test func anExpiryOutlivesARestartOfTheServer() {
        var fixture = Fixture()
        _ = fixture.tell(.major, at: 100, expires: .seconds(300))
        var after = AlarmTable(fixture.table.takeChanges().upserts)
        #expect(after.nextDue == Timestamp(seconds: 400))
        #expect(after.advance(to: Timestamp(seconds: 400)).count == 1)
    }

    // MARK: - Restart

    @Test func aRestartEndsWhatWasRaisedBeforeIt() {
        var fixture = Fixture()
        _ = fixture.tell(.major, at: 100, source: "a", clearsOnRestart: true)
        _ = fixture.tell(.major, at: 110, source: "b")
        _ = fixture.tell(.major, at: 120, source: "c", clearsOnRestart: true)
        _ = fixture.tell(.minor, at: 300, source: "d", clearsOnRestart: true)
        let news = fixture.table.restart(of: device.id, at: Timestamp(seconds: 200))
        let events = news.compactMap { Event(id: 9, of: $0, at: Timestamp(seconds: 310)) }
        #expect(events.map(\.alarmID) == [1, 3], "in the order of their raises")
        #expect(events.map(\.reason) == ["device restarted", "device restarted"])
        #expect(fixture.table.alarms.map(\.key.source) == ["b", "d"])
        #expect(fixture.table.restart(of: device.id, at: Timestamp(seconds: 200)).isEmpty, "once")
        #expect(fixture.table.restart(of: "another", at: Timestamp(seconds: 900)).isEmpty)
    }

    // MARK: - Out of order

    @Test func aRaiseThatItsClearOvertookIsDropped() {
        var fixture = Fixture()
        _ = fixture.tell(.cleared, at: 100, uptime: Self.day + 300)
        let late = fixture.tell(.major, at: 101, uptime: Self.day)
        #expect(late?.transition == .logged)
        #expect(late?.reason == "older than what was told last")
        #expect(fixture.table.count == 0)
        #expect(fixture.tell(.major, at: 102, uptime: Self.day + 400)?.transition == .raised, "a newer one stands")
    }

    @Test func soIsOneBehindTheClearOfAnEarlierRaise() {
        var fixture = Fixture()
        _ = fixture.tell(.major, at: 90, number: 7)
        _ = fixture.tell(.cleared, at: 100, number: 10)
        #expect(fixture.tell(.major, at: 101, number: 9)?.transition == .logged)
        #expect(fixture.table.count == 0)
    }

    @Test func aClearThatIsOlderThanTheRaiseClearsNothing() {
        var fixture = Fixture()
        _ = fixture.tell(.major, at: 90, number: 7)
        _ = fixture.tell(.major, at: 100, number: 9)
        #expect(fixture.tell(.cleared, at: 101, number: 8)?.transition == .logged)
        #expect(fixture.table.count == 1)
        #expect(fixture.tell(.cleared, at: 102, number: 10)?.transition == .cleared)
    }

    @Test func anOlderSeverityChangesNothing() {
        var fixture = Fixture()
        _ = fixture.tell(.major, at: 100, number: 9)
        #expect(fixture.tell(.minor, at: 101, number: 8)?.transition == .logged)
        #expect(fixture.table.alarms.map(\.severity) == [.major])
        #expect(fixture.table.alarms.map(\.count) == [1])
    }

    @Test func aRepeatedDatagramIsARepeat() {
        var fixture = Fixture()
        _ = fixture.tell(.major, at: 100, uptime: Self.day, number: 9)
        #expect(fixture.tell(.major, at: 101, uptime: Self.day, number: 9)?.transition == .repeated)
        _ = fixture.tell(.cleared, at: 102, uptime: Self.day + 200, number: 10)
        let again = fixture.tell(.cleared, at: 103, uptime: Self.day + 200, number: 10)
        #expect(again?.reason == "nothing standing")
    }

    @Test func otherSourcesHaveAnOrderOfTheirOwn() {
        var fixture = Fixture()
        _ = fixture.tell(.cleared, at: 100, source: "a", number: 10)
        #expect(fixture.tell(.major, at: 101, source: "b", number: 9)?.transition == .raised)
    }

    @Test func theOrderIsForgottenInTheEnd() {
        var fixture = Fixture()
        _ = fixture.tell(.cleared, at: 100, number: 10)
        #expect(fixture.table.takeChanges().memories.count == 1)
        #expect(fixture.due == 700)
        #expect(fixture.advance(to: 700).isEmpty)
        #expect(fixture.table.takeChanges().forgotten.count == 1)
        #expect(fixture.tell(.major, at: 701, number: 9)?.transition == .raised)
    }

    /// Raises and clears of two ports, each pair in order at the device: however the network shuffles them within its
    /// delay, the ports that are down at the end are those of the device.
    @Test func noOrderOfArrivalLeavesAnAlarmThatIsOver() {
        let seed = UInt64.random(in: 0...(.max))
        var random = SeededGenerator(seed: seed)
        for byNumber in [true, false] {
            var fixture = Fixture()
            var isDown = [false, false]
            var sent: [(port: Int, severity: Severity, uptime: UInt32, number: Int32, arrival: Int64)] = []
            for index in 0..<200 {
                let port = Int.random(in: 0...1, using: &random)
                isDown[port].toggle()
                // One a second; a delay of up to ten.
                sent.append(
                    (
                        port, isDown[port] ? .major : .cleared, Self.day + UInt32(index) * 100,
                        Int32(31_900 + index) % 32_001,
                        Int64(1_000 + index) + Int64.random(in: 0...10, using: &random)
                    ))
                // Some come twice.
                if Int.random(in: 0...4, using: &random) == 0, var again = sent.last {
                    again.arrival += Int64.random(in: 0...5, using: &random)
                    sent.append(again)
                }
            }
            for one in sent.sorted(by: { $0.arrival < $1.arrival }) {
                _ = fixture.tell(
                    one.severity, at: one.arrival, source: "port \(one.port)", uptime: one.uptime,
                    number: byNumber ? one.number : nil)
            }
            let down = Set(fixture.table.alarms.map(\.key.source))
            #expect(down == Set([0, 1].filter { isDown[$0] }.map { "port \($0)" }), "seed \(seed), \(byNumber)")
        }
    }

    // MARK: - Flapping

    private static let flapping = AlarmSettings(
        flapping: AlarmSettings.Flapping(changes: 4, within: .seconds(60), quiet: .seconds(30)))

    /// Up to the change that makes it a flapping one.
    private func flappingFixture() -> Fixture {
        var fixture = Fixture(Self.flapping)
        for (time, severity) in [(100, Severity.major), (110, .cleared), (120, .major)] {
            #expect(fixture.tell(severity, at: Int64(time)) != nil)
            #expect(fixture.news().isEmpty)
        }
        return fixture
    }

    @Test func anAlarmThatComesAndGoesIsHeld() throws {
        var fixture = flappingFixture()
        #expect(fixture.tell(.cleared, at: 130)?.transition == .cleared, "the change that makes it so is told")
        let key = AlarmKey(device: device.id, oid: Self.trap, source: "port 1")
        #expect(fixture.news() == [.flapping(key, alarm: "link", changes: 4)])
        // Nobody knows of an alarm, so that this one is told: it gives the alarm its number.
        let told = fixture.tell(.major, at: 135)
        let raise = try #require(told)
        #expect(raise.transition == .raised)
        for (time, severity) in [(140, Severity.cleared), (145, .major), (150, .critical), (155, .cleared)] {
            #expect(fixture.tell(severity, at: Int64(time)) == nil)
            #expect(fixture.table.count == (severity == .cleared ? 0 : 1), "the state is never withheld")
        }
        #expect(fixture.table.alarm(for: key) == nil)
        #expect(fixture.due == 185, "thirty seconds after the last change")
        let news = fixture.advance(to: 185)
        #expect(news.first == .flappingEnded(key, alarm: "link", withheld: 4))
        let net = try #require(news.last)
        let event = try #require(Event(id: 50, of: net, at: Timestamp(seconds: 185)))
        #expect(news.count == 2)
        #expect(event.transition == .cleared)
        #expect(event.alarmID == raise.id)
        #expect(event.previousSeverity == .major, "which was told last")
        #expect(event.highestSeverity == .critical)
        #expect(event.reason == "4 withheld")
        #expect(fixture.tell(.major, at: 300)?.transition == .raised)
    }

    @Test func whatStillStandsAtItsEndIsTold() throws {
        var fixture = flappingFixture()
        _ = fixture.tell(.cleared, at: 130)
        let told = fixture.tell(.major, at: 135)
        let raise = try #require(told)
        #expect(fixture.tell(.cleared, at: 140) == nil)
        #expect(fixture.tell(.critical, at: 145) == nil)
        #expect(fixture.table.alarms.map(\.id) == [raise.id], "it goes on with its number")
        let changed = fixture.advance(to: 175).compactMap { Event(id: 50, of: $0, at: Timestamp(seconds: 175)) }
        #expect(changed.map(\.transition) == [.changed])
        #expect(changed.map(\.previousSeverity) == [.major])
        #expect(changed.map(\.severity) == [.critical])
    }

    @Test func withNothingWithheldThereIsNoNetChange() {
        var fixture = flappingFixture()
        _ = fixture.tell(.cleared, at: 130)
        _ = fixture.news()
        #expect(fixture.advance(to: 160).count == 1, "only its end")
    }

    @Test func slowChangesAreNoFlapping() {
        var fixture = Fixture(Self.flapping)
        for index in 0..<40 {
            #expect(fixture.tell(index % 2 == 0 ? .major : .cleared, at: Int64(index) * 21) != nil)
            #expect(fixture.news().isEmpty)
        }
    }

    @Test func repeatsAreNoChanges() {
        var fixture = Fixture(Self.flapping)
        for time in 0..<40 { #expect(fixture.tell(.major, at: Int64(time)) != nil) }
        #expect(fixture.news().isEmpty)
    }

    // MARK: - Suppression

    private static let suppression = AlarmSettings(
        flapping: nil, suppression: AlarmSettings.Suppression(events: 3, interval: .seconds(60)))

    @Test func tooManyEventsAreWithheldUntilAnIntervalHasFewer() {
        var fixture = Fixture(Self.suppression)
        let key = AlarmKey(device: device.id, oid: Self.trap, source: "port 1")
        _ = fixture.tell(.major, at: 100)
        _ = fixture.tell(.major, at: 101)
        #expect(fixture.news().isEmpty)
        #expect(fixture.tell(.major, at: 102)?.transition == .repeated)
        #expect(fixture.news() == [.suppressed(key, alarm: "link", events: 3)])
        #expect(fixture.tell(.major, at: 103) == nil)
        #expect(fixture.tell(.cleared, at: 104) == nil)
        #expect(fixture.table.count == 0)
        #expect(fixture.due == 160)
        #expect(fixture.advance(to: 160).isEmpty, "this interval had as many")
        for time in 161...163 { #expect(fixture.tell(.minor, at: Int64(time)) == nil) }
        #expect(fixture.advance(to: 220).isEmpty, "and so had this")
        #expect(fixture.tell(.minor, at: 221) == nil)
        let news = fixture.advance(to: 280)
        #expect(news.first == .suppressionEnded(key, alarm: "link", withheld: 6))
        let events = news.compactMap { Event(id: 50, of: $0, at: Timestamp(seconds: 280)) }
        #expect(events.map(\.transition) == [.changed])
        #expect(events.map(\.severity) == [.minor])
        #expect(events.map(\.count) == [8])
        #expect(fixture.tell(.minor, at: 281)?.transition == .repeated)
    }

    @Test func otherSourcesAreTold() {
        var fixture = Fixture(Self.suppression)
        for time in 100..<110 { _ = fixture.tell(.major, at: Int64(time)) }
        #expect(fixture.tell(.major, at: 110, source: "port 2")?.transition == .raised)
    }

    @Test func eventsOfNoAlarmAreTooManyToo() {
        var fixture = Fixture(Self.suppression)
        let told = (100..<110).compactMap { fixture.tell(.warning, at: Int64($0), kind: .event) }
        #expect(told.count == 3)
        #expect(fixture.news().count == 1)
        let news = fixture.advance(to: 160) + fixture.advance(to: 220)
        #expect(news.count == 1, "no alarm stands or stood")
    }

    @Test func anExpiryIsWithheldToo() {
        var fixture = Fixture(Self.suppression)
        for time in 100..<105 { _ = fixture.tell(.major, at: Int64(time), expires: .seconds(10)) }
        _ = fixture.news()
        #expect(fixture.advance(to: 114).isEmpty)
        #expect(fixture.table.count == 0)
        _ = fixture.advance(to: 160)
        let events = fixture.advance(to: 220).compactMap { Event(id: 50, of: $0, at: Timestamp(seconds: 220)) }
        #expect(events.map(\.transition) == [.cleared])
        #expect(events.map(\.alarmID) == [1])
    }

    @Test func whatIsWithheldOutlivesARestartOfTheServer() {
        var fixture = Fixture(Self.suppression)
        for time in 100..<105 { _ = fixture.tell(.major, at: Int64(time)) }
        #expect(fixture.tell(.cleared, at: 105) == nil)
        _ = fixture.news()
        let changes = fixture.table.takeChanges()
        #expect(changes.upserts.map(\.severity) == [.cleared], "its row outlasts a clear that nobody was told of")
        var after = AlarmTable(changes.upserts, memories: changes.memories, settings: Self.suppression)
        #expect(after.count == 0)
        #expect(after.alarms.isEmpty)
        for time in [160, 220] as [Int64] {
            #expect(after.advance(to: Timestamp(seconds: time)) == fixture.advance(to: time))
        }
    }

    @Test func suppressionThatIsSwitchedOffEnds() {
        var fixture = Fixture(Self.suppression)
        for time in 100..<105 { _ = fixture.tell(.major, at: Int64(time)) }
        _ = fixture.news()
        fixture.table.settings = AlarmSettings(flapping: nil)
        let news = fixture.advance(to: 160)
        #expect(news.count == 2)
        #expect(fixture.tell(.major, at: 161)?.transition == .repeated)
    }
}
