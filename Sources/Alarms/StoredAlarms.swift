public import Basics
import Synchronization

/// Where the alarms are that the table does not hold in memory.
///
/// A read that fails finds nothing, and the failure is kept: whoever uses the table asks for it before anything that came
/// of the table is kept, since all of that may be wrong.
public final class StoredAlarms: Sendable {
    /// The alarms of these numbers, as they are stored; what is not there is left out.
    public typealias Reader = @Sendable (_ numbers: [Int64]) throws -> [ActiveAlarm]

    private let reader: Reader
    private let failure: Mutex<(any Error)?> = Mutex(nil)

    public init(_ reader: @escaping Reader) {
        self.reader = reader
    }

    func alarms(_ numbers: [Int64]) -> [ActiveAlarm] {
        do {
            let alarms = try reader(numbers)
            if alarms.count < numbers.count { fail(Missing(numbers: numbers.count - alarms.count)) }
            return alarms
        } catch {
            fail(error)
            return []
        }
    }

    private func fail(_ error: any Error) {
        failure.withLock { $0 = $0 ?? error }
    }

    /// The first since the last call.
    func takeFailure() -> (any Error)? {
        failure.withLock { failure in
            defer { failure = nil }
            return failure
        }
    }

    /// Rows that ought to be there.
    struct Missing: Error, CustomStringConvertible {
        var numbers: Int
        var description: String { "\(numbers) alarms that stand have no row" }
    }
}

/// What the table keeps of every alarm that stands; the rest it reads when it is needed.
public struct AlarmSummary: Sendable, Hashable {
    /// The number of the event that raised it.
    public var number: Int64
    public var key: AlarmKey
    /// Cleared for one whose clear is withheld.
    public var severity: Severity
    public var expires: Timestamp?

    public init(number: Int64, key: AlarmKey, severity: Severity, expires: Timestamp?) {
        self.number = number
        self.key = key
        self.severity = severity
        self.expires = expires
    }

    public init(_ alarm: ActiveAlarm) {
        self.init(number: alarm.id, key: alarm.key, severity: alarm.severity, expires: alarm.expires)
    }
}
