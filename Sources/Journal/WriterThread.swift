internal import Basics
internal import Glibc
internal import Synchronization

/// A plain thread that runs one function to its end: writing and syncing block, which Swift's own threads must not.
final class WriterThread: Sendable {
    /// What the thread runs, held for it while it starts.
    private final class Body {
        let run: () -> Void

        init(_ run: @escaping () -> Void) {
            self.run = run
        }
    }

    private let thread = Mutex<pthread_t?>(nil)

    init(_ run: sending @escaping () -> Void) throws(SystemError) {
        let body = unsafe Unmanaged.passRetained(Body(run))
        // The lock is held until the number is stored, so that the thread itself cannot ask for it too early.
        let error = thread.withLock { thread in
            var created = pthread_t()
            let error = unsafe pthread_create(
                &created, nil,
                { context in
                    ThreadName.set("journal")
                    if let context = unsafe context {
                        unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                    }
                    return nil
                }, body.toOpaque())
            if error == 0 { thread = created }
            return error
        }
        guard error == 0 else {
            unsafe body.release()
            throw SystemError(error)
        }
    }

    /// The caller runs on this thread.
    var isCurrent: Bool {
        thread.withLock { thread in thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    /// Waits for the thread's end; from any number of threads, but for itself.
    func join() {
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let running { pthread_join(running, nil) }
    }
}
