public import Basics

/// One box of a device: half of an HA pair, or all of a device that stands alone. The numbers and tables are the box's
/// own and begin anew with each of its starts.
public struct DeviceUnit: Sendable, Hashable {
    /// As the vendor has it: the lower 24 bits of the MAC address in decimal.
    public let serialNumber: UInt32
    /// When its agent came up last; sysUpTime counts from here.
    public internal(set) var bootedAt: Timestamp
    var numbers = RunningNumbers()
    var tables = AlarmTables()
    /// acSysSNMPEmsColdStrartIndication: what a manager wrote there since the last start, else 0.
    var coldStartIndication: UInt32 = 0

    public init(serialNumber: UInt32, bootedAt: Timestamp) {
        self.serialNumber = serialNumber
        self.bootedAt = bootedAt
    }

    /// Six octets as a device prints them: `00:90:8f:` and the serial number.
    public var macAddress: String {
        "00908f".pairs + ":" + String(serialNumber & 0xff_ffff, radix: 16).padded(to: 6).pairs
    }

    /// Hundredths of a second since the start; it wraps after 497 days.
    public func uptime(at time: Timestamp) -> UInt32 {
        UInt32(truncatingIfNeeded: time.nanoseconds(since: bootedAt) / 10_000_000)
    }

    /// The other unit's alarms become its own.
    mutating func takeOver(_ standing: [AlarmRow], _ options: DeviceOptions) {
        tables = AlarmTables()
        for row in standing { tables.takeOver(row, number: numbers.nextAlarm(options), options) }
    }
}

extension String {
    fileprivate func padded(to count: Int) -> String {
        String(repeating: "0", count: max(0, count - self.count)) + self
    }

    /// `0a0b` as `0a:0b`.
    fileprivate var pairs: String {
        var text = ""
        for (index, digit) in enumerated() {
            if index > 0, index % 2 == 0 { text.append(":") }
            text.append(digit)
        }
        return text
    }
}
