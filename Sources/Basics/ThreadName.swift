internal import Glibc

/// What `ps` and whoever asks where the time goes call a thread.
public enum ThreadName {
    /// Names the calling thread; Linux keeps the first 15 octets. Without effect where /proc is not mounted.
    public static func set(_ name: String) {
        // pthread_setname_np does the same, and is not visible from Swift.
        let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        let octets = Array(name.utf8)
        _ = unsafe write(file, octets, octets.count)
        close(file)
    }
}
