internal import Glibc

/// How urgently the kernel runs the calling thread beside the others.
///
/// On Linux a nice value belongs to a thread and not, as POSIX has it, to the process, and number 0 is the calling
/// thread's (setpriority(2), C library/kernel differences).
public enum ThreadPriority {
    /// What gives way to intake and journal: at 10 a thread gets about a tenth of what one at 0 gets where both want the
    /// processor, and all of it where it is alone. Not 19, the least: with that a busy machine would hardly run it.
    public static let lowered: Int32 = 10

    /// Lets every thread of ordinary priority go before the calling one, for the rest of this one's life: nobody but
    /// root can raise it again. A thread that has given way as far already stays as it is.
    public static func lower() {
        guard ofThread < lowered else { return }
        // It fails only where a security module forbids it; then the thread works at the priority that it has.
        _ = setpriority(process, 0, lowered)
    }

    /// The calling thread's nice value: -20 is the most urgent, 19 the least, 0 the ordinary one.
    public static var ofThread: Int32 {
        // -1 is a value too; an error is out of the question for a thread asking about itself.
        getpriority(process, 0)
    }

    private static let process = __priority_which_t(PRIO_PROCESS.rawValue)
}
