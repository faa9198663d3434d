import Glibc

/// CPU time as the kernel accounts it, in nanoseconds.
enum CPUClock {
    /// Of all threads of this process.
    static var process: Int64 { read(CLOCK_PROCESS_CPUTIME_ID) }
    /// Of the calling thread.
    static var thread: Int64 { read(CLOCK_THREAD_CPUTIME_ID) }

    /// Of all threads of a process of ours that still runs. Finer than the ticks of /proc/PID/stat, of which a short
    /// round has too few.
    static func process(_ identifier: pid_t) throws -> Int64 {
        var clock = clockid_t()
        guard unsafe clock_getcpuclockid(identifier, &clock) == 0 else {
            throw BenchmarkError("process \(identifier) has no CPU clock: it has ended")
        }
        return read(clock)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        let isRead = unsafe clock_gettime(clock, &time) == 0
        return isRead ? Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) : 0
    }
}
