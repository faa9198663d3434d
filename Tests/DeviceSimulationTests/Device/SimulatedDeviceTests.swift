import Basics
import DeviceSimulation
import SNMPWire
import Testing

/// What a simulated device sends, by its own account of time.
@Suite struct SimulatedDeviceTests {
    private let start = Timestamp(seconds: 1_790_000_000)

    private func device(_ change: (inout DeviceOptions) -> Void = { _ in }) -> SimulatedDevice {
        var options = DeviceOptions()
        change(&options)
        return SimulatedDevice(
            serialNumber: 5_967_925, peerSerialNumber: 5_967_926, options: options, bootedAt: start)
    }

    private func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    @Test func aRaiseBearsAllVariablesOfTheVendor() throws {
        var device = device()
        let sent = device.raise(.ethernetLink(1, .critical), at: at(90))
        let trap = try Received(#require(sent.first))
        #expect(sent.map(\.channel) == [.traps])
        #expect(trap.notification.version == .v2c)
        #expect(trap.notification.trapOID.description == "1.3.6.1.4.1.5003.9.10.1.21.2.0.10")
        #expect(trap.notification.uptime == 9_000)
        #expect(trap.notification.variables.count == 16)
        #expect(trap.integer(1) == 9)
        #expect(trap.text(3) == "Board#1/EthernetLink#1")
        #expect(trap.severity == .critical)
        #expect(trap.number == 1)
        #expect(trap.integer(12) == 5)
        #expect(trap.text(16) == "5967925")
        #expect(
            trap.octets(11)
                == DateAndTime.octets(year: 2026, month: 9, day: 21, hour: 14, minute: 14, second: 50))
        #expect(device.standing == [.ethernetLink(1, .critical)])
        #expect(device.raise(.ethernetLink(1, .critical), at: at(91)) == [])
    }

    @Test func olderFirmwareSendsLess() throws {
        var device = device {
            $0.variableCount = 10
            $0.hasInstances = false
            $0.version = .v1
        }
        device.agentAddress = 0x7f01_0203
        let trap = try Received(#require(device.raise(.ethernetLink(2), at: at(1)).first))
        #expect(trap.notification.version == .v1)
        #expect(trap.notification.agentAddress == 0x7f01_0203)
        #expect(trap.notification.trapOID.description == "1.3.6.1.4.1.5003.9.10.1.21.2.0.10")
        #expect(trap.notification.variables.count == 10)
        #expect(trap.notification.variables[2].name.description == "1.3.6.1.4.1.5003.9.10.1.21.1.3")
    }

    @Test(arguments: [DeviceOptions.Numbering.together, .separately])
    func whatIsCountedTogether(_ numbering: DeviceOptions.Numbering) throws {
        var device = device { $0.numbering = numbering }
        let event = DeviceAlarm(28, source: "Board#1", severity: .indeterminate)
        var sent = device.raise(.ethernetLink(1), at: at(1))
        sent += device.event(event, at: at(2))
        sent += device.clear(DeviceAlarm.ethernetLink(1).key, at: at(3))
        sent += device.event(event, at: at(4))
        #expect(try sent.map { try Received($0).number } == (numbering == .together ? [1, 2, 3, 4] : [1, 1, 2, 2]))
    }

    @Test func theNumberBeginsAnewAfter32000() throws {
        var device = device { $0.firstNumber = 31_999 }
        let sent = (1...4).flatMap { device.raise(.ethernetLink($0), at: at(Int64($0))) }
        #expect(try sent.map { try Received($0).number } == [31_999, 32_000, 0, 1])
    }

    private static let keepAliveNumbers: [(DeviceOptions.KeepAliveNumbering, numbers: [Int32], nextAlarm: Int32)] = [
        (.zero, [0, 0], 2), (.own, [1, 2], 2), (.asEvents, [2, 3], 4),
    ]

    @Test(arguments: keepAliveNumbers)
    func keepAlives(_ numbering: DeviceOptions.KeepAliveNumbering, _ numbers: [Int32], _ nextAlarm: Int32) throws {
        var device = device { $0.keepAliveNumbering = numbering }
        device.raise(.ethernetLink(1), at: at(1))
        #expect(device.nextDue == at(27))
        let sent = device.advance(to: at(60))
        #expect(sent.map(\.time) == [at(27), at(54)])
        #expect(sent.allSatisfy { $0.channel == .keepAlives })
        let keepAlives = try sent.map { try Received($0) }
        #expect(keepAlives.map(\.number) == numbers)
        let first = try #require(keepAlives.first)
        #expect(first.notification.trapOID.description == "1.3.6.1.4.1.5003.9.10.1.21.2.0.16")
        #expect(first.integer(1) == 15)
        #expect(first.severity == .indeterminate)
        #expect(first.text(2) == "Keep alive trap")
        // 5,967,925 is 5b1035 in hexadecimal.
        #expect(first.text(8) == "00:90:8f:5b:10:35")
        #expect(first.text(9) == "SNMPVersion= SNMPv2c")
        #expect(first.text(10) == "5967926")
        #expect(try Received(#require(device.raise(.ethernetLink(2), at: at(61)).first)).number == nextAlarm)
    }

    @Test(arguments: [DeviceOptions.SeverityChange.clearsFirst, .direct])
    func anotherSeverity(_ change: DeviceOptions.SeverityChange) throws {
        var device = device { $0.severityChange = change }
        device.raise(.ethernetLink(1, .minor), at: at(1))
        let sent = device.raise(.ethernetLink(1, .critical), at: at(2))
        let severities = try sent.map { try Received($0).severity }
        #expect(severities == (change == .clearsFirst ? [.cleared, .critical] : [.critical]))
        #expect(device.standing == [.ethernetLink(1, .critical)])
    }

    @Test func aFullTableOverflowsOnceAndUntilARestart() throws {
        var device = device { $0.activeLimit = 4 }
        let sent = (1...6).flatMap { device.raise(.ethernetLink($0), at: at(Int64($0))) }
        let overflow = DeviceAlarm.trap(12)
        let traps = try sent.map { try Received($0).notification.trapOID }
        #expect(traps.filter { $0 == overflow }.count == 1)
        #expect(traps.firstIndex(of: overflow) == 4)
        #expect(device.hasOverflowed)
        // Severities change without a clear while it stands.
        #expect(device.raise(.ethernetLink(1, .critical), at: at(7)).count == 1)
        for link in 1...6 { device.clear(DeviceAlarm.ethernetLink(link).key, at: at(8)) }
        #expect(device.standing.map(\.key.trap) == [overflow])
        device.restart(at: at(10))
        _ = device.advance(to: at(60))
        #expect(device.standing == [])
        #expect(!device.hasOverflowed)
    }

    @Test func aRestartEndsWithBoardStarted() throws {
        var device = device()
        device.raise(.ethernetLink(1), at: at(1))
        device.raise(.ethernetLink(2), at: at(2))
        device.restart(at: at(100))
        #expect(device.standing == [])
        #expect(device.raise(.proxyLost(3), at: at(105)) == [])
        #expect(device.clear(DeviceAlarm.ethernetLink(2).key, at: at(106)) == [])
        let sent = try device.advance(to: at(131)).map { (time: $0.time, trap: try Received($0)) }
        #expect(sent.map(\.time) == [at(120), at(121), at(125), at(125), at(130)])
        #expect(
            sent.map(\.trap.notification.trapOID) == [
                OID("1.3.6.1.6.3.1.1.5.1"), DeviceAlarm.trap(16), DeviceAlarm.trap(10), DeviceAlarm.trap(94),
                DeviceAlarm.trap(4),
            ])
        #expect(sent.map(\.trap.notification.uptime) == [0, 100, 500, 500, 1_000])
        #expect(sent.suffix(3).map(\.trap.number) == [1, 2, 3])
        #expect(sent.last?.trap.severity == .cleared)
        #expect(sent.last?.trap.text(2) == "Initialization Ended")
        #expect(device.isRunning)
        #expect(device.standing == [.ethernetLink(1), .proxyLost(3)])
    }

    @Test func lostTrapsAreCountedByTheDevice() throws {
        var device = device()
        device.loseNext(2)
        var sent = (1...3).flatMap { device.raise(.ethernetLink($0), at: at(Int64($0))) }
        device.isConnected = false
        sent += device.raise(.ethernetLink(4), at: at(4))
        device.isConnected = true
        sent += device.raise(.ethernetLink(5), at: at(5))
        #expect(try sent.map { try Received($0).number } == [3, 5])
        #expect(device.standing.count == 5)
        device.powerOff()
        #expect(device.advance(to: at(1_000)) == [])
    }

    @Test func keepAlivesPassWhileTrapsAreLost() throws {
        var device = device()
        device.loseNext(1)
        #expect(device.advance(to: at(27)).map(\.channel) == [.keepAlives])
        #expect(device.raise(.ethernetLink(1), at: at(28)) == [])
        #expect(device.raise(.ethernetLink(2), at: at(29)).count == 1)
    }

    @Test func aSwitchOverKeepsTheAlarmsAndNotTheNumbers() throws {
        var device = device()
        for link in 1...5 { device.raise(.ethernetLink(link), at: at(Int64(link))) }
        let sent = try device.switchOver(at: at(10)).map { try Received($0) }
        let trap = try #require(sent.first)
        #expect(trap.notification.trapOID == DeviceAlarm.trap(35))
        #expect(trap.text(16) == "5967926")
        // The other unit has counted the five that it took over, and no others.
        #expect(trap.number == 6)
        #expect(device.standing.count == 6)
        let ended = try device.advance(to: at(20)).map { try Received($0) }
        #expect(ended.map(\.severity) == [.cleared])
        #expect(device.standing == (1...5).map { .ethernetLink($0) })
        let keepAlive = try Received(#require(device.advance(to: at(27)).first))
        #expect(keepAlive.text(8) == "00:90:8f:5b:10:36")
        #expect(keepAlive.text(10) == "5967925")
        #expect(device.losePeer(at: at(30)).count == 1)
        #expect(try Received(#require(device.advance(to: at(54)).first)).text(10) == "")
        #expect(device.switchOver(at: at(55)) == [])
        #expect(try device.returnPeer(at: at(56)).map { try Received($0).severity } == [.cleared])
    }
}

private enum DateAndTime {
    static func octets(year: Int, month: UInt8, day: UInt8, hour: UInt8, minute: UInt8, second: UInt8) -> [UInt8] {
        [UInt8(year >> 8), UInt8(year & 0xff), month, day, hour, minute, second, 0, UInt8(ascii: "+"), 0, 0]
    }
}
