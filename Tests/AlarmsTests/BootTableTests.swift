import Alarms
import Basics
import Testing

/// When a device began anew, by what its datagrams tell of its clock.
@Suite struct BootTableTests {
    private static let day: Int64 = 86_400

    /// A device that began at a moment and sends: at each time the clock that belongs to it.
    private struct Sender {
        var table = BootTable()

        mutating func send(
            at time: Int64, began: Int64, coldStart: Bool = false, serial: String? = nil
        ) -> BootTable.Reading {
            let hundredths = UInt64(time - began) * 100
            return table.note(
                "device", serial: serial, uptime: UInt32(truncatingIfNeeded: hundredths), at: Timestamp(seconds: time),
                isColdStart: coldStart, tolerance: .seconds(30))
        }
    }

    @Test func aDeviceThatIsHeardForTheFirstTimeDidNotRestart() {
        var sender = Sender()
        let first = sender.send(at: 5_000, began: 4_990)
        #expect(first.restart == nil)
        #expect(first.isReliable)
    }

    @Test func itsColdStartIsOneAllTheSame() {
        var sender = Sender()
        #expect(sender.send(at: 5_000, began: 4_999, coldStart: true).restart == Timestamp(seconds: 4_999))
    }

    @Test func aLaterEpochIsARestartOnce() {
        var sender = Sender()
        _ = sender.send(at: 100_000, began: 0)
        #expect(sender.send(at: 200_000, began: 150_000).restart == Timestamp(seconds: 150_000))
        #expect(sender.send(at: 200_001, began: 150_000).restart == nil)
        #expect(sender.send(at: 200_002, began: 150_000, coldStart: true).restart == nil, "its coldStart came late")
    }

    @Test func aColdStartTellsOfItFirst() {
        var sender = Sender()
        _ = sender.send(at: 100_000, began: 0)
        #expect(sender.send(at: 150_001, began: 150_000, coldStart: true).restart == Timestamp(seconds: 150_000))
        #expect(sender.send(at: 150_060, began: 150_000).restart == nil)
    }

    @Test func delayAndDriftAreNoRestart() {
        var sender = Sender()
        _ = sender.send(at: 1_000_000, began: 0)
        #expect(sender.send(at: 1_000_100, began: 30).restart == nil, "thirty seconds late")
        // A clock that loses ten seconds an hour.
        for hour in 0..<100 {
            let reading = sender.send(at: 1_000_100 + Int64(hour) * 3_600, began: Int64(hour) * 10)
            #expect(reading.restart == nil)
            #expect(reading.isReliable)
        }
    }

    @Test func theCounterGoesRound() {
        var sender = Sender()
        let wrap = Int64(42_949_673)
        _ = sender.send(at: wrap - 100, began: 0)
        for time in [wrap + 100, wrap + 86_400, 2 * wrap + 3_600] {
            let reading = sender.send(at: time, began: 0)
            #expect(reading.restart == nil, "\(time)")
            #expect(reading.isReliable)
        }
        #expect(sender.send(at: 2 * wrap + 9_000, began: 2 * wrap + 8_000).restart != nil, "and a restart is one still")
    }

    @Test func aDatagramOfTheOldBootThatComesLateSaysNothing() {
        var sender = Sender()
        _ = sender.send(at: 100_000, began: 0)
        _ = sender.send(at: 200_000, began: 199_990)
        let late = sender.send(at: 200_020, began: 0)
        #expect(late.restart == nil)
        #expect(late.isReliable)
        #expect(sender.send(at: 200_030, began: 199_990) == BootTable.Reading(restart: nil, isReliable: true))
    }

    @Test func twoClocksAtOnceRestartByColdStartAlone() {
        var sender = Sender()
        _ = sender.send(at: 100_000, began: 0)
        #expect(sender.send(at: 100_100, began: 50_000).restart != nil, "not known yet")
        #expect(!sender.send(at: 100_200, began: 0).isReliable)
        #expect(sender.send(at: 100_300, began: 50_000) == BootTable.Reading(restart: nil, isReliable: false))
        #expect(sender.send(at: 100_400, began: 100_390).restart == nil, "a third")
        #expect(
            sender.send(at: 100_500, began: 100_499, coldStart: true).restart == Timestamp(seconds: 100_499))
    }

    @Test func aScriptsOwnClockIsNoDevices() {
        var sender = Sender()
        var restarts = 0
        // Each run says that it has been up for two seconds.
        for run in 0..<20 {
            if sender.send(at: 100_000 + Int64(run) * 120, began: 99_998 + Int64(run) * 120).restart != nil {
                restarts += 1
            }
        }
        #expect(restarts <= 1)
    }

    @Test func aClockThatStandsStillTellsOfNoRestart() {
        var table = BootTable()
        for time in stride(from: Int64(1_000), to: 90_000, by: 700) {
            let reading = table.note(
                "device", serial: nil, uptime: 4_711, at: Timestamp(seconds: time), isColdStart: false,
                tolerance: .seconds(30))
            #expect(reading.restart == nil)
        }
        let coldStart = table.note(
            "device", serial: nil, uptime: 4_711, at: Timestamp(seconds: 99_000), isColdStart: true,
            tolerance: .seconds(30))
        #expect(coldStart.restart != nil)
    }

    @Test func aClockThatWasSetBackIsBelievedInTheEnd() {
        var sender = Sender()
        _ = sender.send(at: 100_000, began: 0)
        // Ours goes back by an hour: the device seems to have begun earlier.
        var last = BootTable.Reading(restart: nil, isReliable: false)
        for minute in 1...30 { last = sender.send(at: 100_000 + Int64(minute) * 60, began: -3_600) }
        #expect(last == BootTable.Reading(restart: nil, isReliable: true))
        #expect(sender.send(at: 110_000, began: 109_000).restart != nil)
    }

    @Test func theUnitsOfAPairHaveAClockEach() {
        var sender = Sender()
        _ = sender.send(at: 100_000, began: 0, serial: "1")
        let standby = sender.send(at: 100_010, began: 90_000, serial: "2")
        #expect(standby == BootTable.Reading(restart: nil, isReliable: true), "a switch-over is no restart")
        #expect(sender.send(at: 100_020, began: 0, serial: "1").restart == nil)
        #expect(!sender.send(at: 100_030, began: 90_000).isReliable, "which of the two sent it is not said")
        #expect(sender.send(at: 200_000, began: 199_000, serial: "2").restart != nil)
    }

    @Test func whatWasSavedGoesOn() {
        var sender = Sender()
        _ = sender.send(at: 100_000, began: 0)
        _ = sender.send(at: 100_100, began: 50_000)
        _ = sender.send(at: 100_200, began: 0)
        let saved = sender.table.takeChanges()
        #expect(saved.noted.count == 1 && saved.forgotten.isEmpty)
        #expect(sender.table.takeChanges().noted.isEmpty)
        var after = Sender(table: BootTable(saved.noted))
        #expect(after.send(at: 100_300, began: 50_000) == sender.send(at: 100_300, began: 50_000))
        _ = after.table.takeChanges()
        _ = after.send(at: 100_301, began: 50_000)
        #expect(after.table.takeChanges().noted.isEmpty, "a datagram like the ones before costs no row")
    }

    @Test func aDevicesClockGoesAlongWithItsIdentity() throws {
        var table = BootTable()
        func note(_ device: String, _ serial: String? = nil, began: Int64, at time: Int64) -> BootTable.Reading {
            table.note(
                device, serial: serial, uptime: UInt32((time - began) * 100), at: Timestamp(seconds: time),
                isColdStart: false, tolerance: .seconds(30))
        }
        _ = note("192.0.2.7", began: 0, at: 10_000)
        _ = note("192.0.2.8", began: 5_000, at: 10_000)
        _ = note("192.0.2.8", "2", began: 0, at: 10_000)
        _ = note("serial:2", "2", began: 7_000, at: 10_000)
        _ = table.takeChanges()
        table.move("192.0.2.7", to: "serial:1")
        table.move("192.0.2.8", to: "serial:2")
        let changes = table.takeChanges()
        #expect(changes.noted.map(\.0.device) == ["serial:1", "serial:2"])
        #expect(changes.noted.map(\.0.serial) == ["", ""], "and of the unit that it knew, its own clock stays")
        #expect(changes.forgotten.map(\.device) == ["192.0.2.7", "192.0.2.8", "192.0.2.8"])
        #expect(note("serial:2", "2", began: 7_000, at: 11_000).restart == nil)
        #expect(note("192.0.2.7", began: 9_000, at: 11_000).restart == nil, "a device that came to the address")
        let restart = note("serial:1", began: 9_000, at: 11_000).restart
        #expect(restart == Timestamp(seconds: 9_000), "it began anew since")
        _ = table.takeChanges()
        table.forget("serial:2")
        #expect(table.takeChanges().forgotten.map(\.serial) == ["", "2"])
        #expect(table.count == 2)
    }

    @Test func aFullTableGivesUpWhoBeganLongestAgo() {
        var table = BootTable([], limit: 2)
        func note(_ device: String, _ uptime: UInt32, _ time: Int64, isColdStart: Bool = false) -> Timestamp? {
            table.note(
                device, serial: nil, uptime: uptime, at: Timestamp(seconds: time), isColdStart: isColdStart,
                tolerance: .seconds(30)
            ).restart
        }
        _ = note("a", 100_000, 5_000)
        _ = note("b", 100_000, 5_001)
        _ = table.takeChanges()
        _ = note("c", 100_000, 5_002)
        #expect(table.count == 2)
        let changes = table.takeChanges()
        #expect(changes.forgotten.map(\.device) == ["a"])
        #expect(changes.noted.map(\.0.device) == ["c"])
        #expect(note("b", 100, 9_000) == Timestamp(seconds: 8_999), "it has kept its clock")
        #expect(note("a", 300, 9_000) == nil, "it is new again")
        #expect(note("b", 100, 9_900, isColdStart: true) == Timestamp(seconds: 9_899))
        #expect(note("a", 100, 9_900) == Timestamp(seconds: 9_899))
    }

    @Test func aDeviceThatNamesEverMoreUnitsKeepsAFew() {
        var sender = Sender()
        for number in 0..<1_000 {
            _ = sender.send(at: 100_000 + Int64(number), began: 0, serial: "\(number)")
        }
        #expect(sender.table.count == 4)
        let changes = sender.table.takeChanges()
        #expect(changes.noted.map(\.0.serial) == ["996", "997", "998", "999"])
        #expect(sender.send(at: 200_000, began: 150_000, serial: "999").restart == Timestamp(seconds: 150_000))
    }

    @Test func noTimeStopsIt() {
        for times in [[0, .max], [.min, .max], [.max, .min], [.max, 0, .min, .max]] as [[Int64]] {
            var table = BootTable()
            for time in times {
                for uptime in [0, UInt32.max] {
                    for isColdStart in [false, true] {
                        let reading = table.note(
                            "device", serial: nil, uptime: uptime, at: Timestamp(nanoseconds: time),
                            isColdStart: isColdStart, tolerance: .seconds(30))
                        #expect(reading.restart.map { $0 <= Timestamp(nanoseconds: .max) } ?? true)
                    }
                }
            }
            #expect(table.count == 1)
        }
    }
}
