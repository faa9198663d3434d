import Basics
import DeviceSimulation
import SNMPWire
import Testing

@Suite struct SimulatedFleetTests {
    private let start = Timestamp(seconds: 1_790_000_000)

    private func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    private func fleet(_ count: UInt32, path: UnreliablePath = .perfect) -> SimulatedFleet {
        var fleet = SimulatedFleet(path: path)
        for number in 0..<count {
            fleet.add(
                SimulatedDevice(
                    serialNumber: 1_000 + number, bootedAt: start, firstKeepAlive: at(Int64(number % 27) + 1)),
                at: IPAddress(v4: 0x7f01_0001 + number))
        }
        return fleet
    }

    @Test func keepAlivesComeInOrderAndFromEachDevice() {
        var fleet = fleet(100)
        let arrivals = fleet.advance(to: at(81))
        #expect(arrivals.count == 300)
        #expect(arrivals.map(\.time) == arrivals.map(\.time).sorted())
        for device in 0..<100 {
            let own = arrivals.filter { $0.device == device }
            #expect(own.count == 3)
            #expect(own.allSatisfy { $0.sender == IPAddress(v4: 0x7f01_0001 + UInt32(device)) })
        }
    }

    /// What happens to a device in between does not make its agenda grow or come twice.
    @Test func aChangeKeepsTheKeepAlives() throws {
        var fleet = fleet(2)
        var arrivals: [SimulatedFleet.Arrival] = []
        for second in 1...270 {
            fleet.change(0, at: at(Int64(second))) { device in
                second % 2 == 0
                    ? device.clear(DeviceAlarm.ethernetLink(1).key, at: at(Int64(second)))
                    : device.raise(.ethernetLink(1), at: at(Int64(second)))
            }
            arrivals += fleet.advance(to: at(Int64(second)))
        }
        #expect(arrivals.filter { $0.channel == .keepAlives }.count == 20)
        #expect(arrivals.filter { $0.channel == .traps && $0.device == 0 }.count == 270)
        fleet.change(1, at: at(300)) {
            $0.powerOff()
            return []
        }
        #expect(fleet.advance(to: at(3_600)).allSatisfy { $0.device == 0 || $0.time <= at(300) })
        #expect(fleet.answer([], to: try #require(IPAddress("127.1.0.2")), at: at(3_601)) == nil)
    }

    @Test func aPathRepeatsItselfForItsSeed() {
        let unreliable = UnreliablePath(seed: 7, loss: 0.2, duplication: 0.2, reordering: 0.3)
        var (first, second, reliable) = (
            fleet(50, path: unreliable), fleet(50, path: unreliable), fleet(50)
        )
        let arrivals = first.advance(to: at(1_000))
        #expect(arrivals == second.advance(to: at(1_000)))
        let all = reliable.advance(to: at(1_000))
        // The two that began in the first second have sent one more.
        #expect(all.count == 50 * 37 + 2)
        let seen = Dictionary(grouping: arrivals) { $0.payload + $0.sender.octets }
        // Of 1,852: a fifth is lost, and a fifth of the rest comes twice.
        #expect((1_400...1_560).contains(seen.count), "\(seen.count)")
        let doubled = seen.values.filter { $0.count == 2 }.count
        #expect((230...360).contains(doubled), "\(doubled)")
        #expect(seen.values.allSatisfy { $0.count <= 2 })
        #expect(arrivals.map(\.time) == arrivals.map(\.time).sorted())
        // Some arrive after what the same device sent later.
        let uptimes = arrivals.filter { $0.device == 3 }.compactMap { try? SNMPNotification.decode($0.payload).uptime }
        #expect(uptimes.count > 20)
        var other = fleet(50, path: UnreliablePath(seed: 8, loss: 0.2, duplication: 0.2, reordering: 0.3))
        #expect(other.advance(to: at(1_000)) != arrivals)
    }

    @Test func aDelayedDatagramIsOvertaken() {
        // Every second one is delayed by up to a minute.
        var fleet = SimulatedFleet(path: UnreliablePath(seed: 3, reordering: 0.5, longestDelay: .seconds(60)))
        fleet.add(SimulatedDevice(serialNumber: 1, bootedAt: start), at: IPAddress(v4: 0x7f01_0001))
        let uptimes = fleet.advance(to: at(2_000)).compactMap { try? SNMPNotification.decode($0.payload).uptime }
        #expect(uptimes.count > 60)
        #expect(uptimes != uptimes.sorted())
    }

    @Test func anotherAddress() throws {
        var fleet = fleet(1)
        let (before, after) = (IPAddress(v4: 0x7f01_0001), IPAddress(v4: 0x7f09_0909))
        fleet.move(0, to: after)
        #expect(fleet.place(of: before) == nil)
        #expect(fleet.place(of: after) == 0)
        #expect(fleet.advance(to: at(30)).map(\.sender) == [after, after])
    }
}
