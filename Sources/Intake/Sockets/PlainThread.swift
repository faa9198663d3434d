internal import Basics
internal import CDatagram
internal import Glibc

/// A thread of the operating system: for work that waits in system calls, which the cooperative pool must not.
struct PlainThread: Sendable {
    private final class Body: Sendable {
        private let name: String
        private let body: @Sendable () -> Void

        init(_ name: String, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }

        func run() {
            unsafe datagram_name_thread(name)
            body()
        }
    }

    private let handle: pthread_t

    /// Runs `body` on a thread of its own, which `ps` and debuggers show under `name` (its first 15 octets).
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        var handle = pthread_t()
        let box = unsafe Unmanaged.passRetained(Body(name, body))
        let result = unsafe pthread_create(
            &handle, nil,
            { pointer in
                if let pointer = unsafe pointer {
                    unsafe Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run()
                }
                return nil
            }, box.toOpaque())
        guard result == 0 else {
            unsafe box.release()
            throw SystemError(result)
        }
        self.handle = handle
    }

    /// Waits for its end; once only.
    func join() {
        pthread_join(handle, nil)
    }
}
