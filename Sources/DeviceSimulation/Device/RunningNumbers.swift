/// The counts behind acBoardTrapGlobalsUniqID. They do not wrap themselves: `wrapped` gives what stands in a trap.
struct RunningNumbers: Sendable, Hashable {
    private var alarms: UInt32 = 0
    private var events: UInt32 = 0
    private var keepAlives: UInt32 = 0

    /// Of an alarm's raise or clear.
    mutating func nextAlarm(_ options: DeviceOptions) -> UInt32 {
        defer { alarms += 1 }
        return options.firstNumber + alarms
    }

    /// Of an event, which is in no table.
    mutating func nextEvent(_ options: DeviceOptions) -> UInt32 {
        guard options.numbering == .separately else { return nextAlarm(options) }
        defer { events += 1 }
        return options.firstNumber + events
    }

    mutating func nextKeepAlive(_ options: DeviceOptions) -> UInt32 {
        switch options.keepAliveNumbering {
        case .zero: return 0
        case .asEvents: return nextEvent(options)
        case .own:
            defer { keepAlives += 1 }
            return options.firstNumber + keepAlives
        }
    }

    /// 0…32,000: what the var-bind bears.
    static func wrapped(_ number: UInt32) -> Int32 { Int32(number % (DeviceOptions.highestNumber + 1)) }
}
