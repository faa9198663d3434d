internal import Glibc

/// State behind a lock that threads can also wait on (`Mutex` has no condition variable). The conditions go by number.
@safe final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let conditions: UnsafeMutablePointer<pthread_cond_t>
    private let conditionCount: Int
    private var state: State

    init(_ state: State, conditions count: Int) {
        self.state = state
        unsafe pthread_mutex_init(mutex, nil)
        unsafe conditions = .allocate(capacity: count)
        conditionCount = count
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        // Deadlines must not jump when somebody sets the machine's clock.
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        for index in 0..<count { unsafe pthread_cond_init(conditions.advanced(by: index), &attributes) }
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        for index in 0..<conditionCount { unsafe pthread_cond_destroy(conditions.advanced(by: index)) }
        unsafe conditions.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Tries until the attempt gives something: again each time that the condition is signalled. At `deadline` (of the
    /// monotonic clock, in nanoseconds) it tries once more and gives up with `nil`.
    func wait<Result>(on condition: Int, until deadline: UInt64 = .max, _ attempt: (inout State) -> Result?) -> Result?
    {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = attempt(&state) { return result }
            if deadline == .max {
                unsafe pthread_cond_wait(conditions.advanced(by: condition), mutex)
                continue
            }
            if MonotonicTime.now >= deadline { return nil }
            var time = timespec(
                tv_sec: time_t(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
            unsafe pthread_cond_timedwait(conditions.advanced(by: condition), mutex, &time)
        }
    }

    /// Wakes one thread that waits on the condition, or all.
    func signal(_ condition: Int, all: Bool = false) {
        if all {
            unsafe pthread_cond_broadcast(conditions.advanced(by: condition))
        } else {
            unsafe pthread_cond_signal(conditions.advanced(by: condition))
        }
    }
}

/// Nanoseconds of a clock that only goes forward.
enum MonotonicTime {
    static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The moment `duration` after `moment`; `.max`, which means never, where it cannot be told.
    static func after(_ duration: Duration, _ moment: UInt64 = now) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return moment }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflow2) = whole.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        let (total, overflow3) = moment.addingReportingOverflow(sum)
        return overflow || overflow2 || overflow3 ? .max : total
    }
}
