internal import Foundation

/// A program started by `posix_spawn(3)` and watched by `waitpid(2)`: Foundation's `Process` needs run loops to notice
/// an end, which are not to be had on the threads that asynchronous tests run on, and it has crashed in a test that
/// started hundreds of programs one after the other.
struct ChildProcess {
    let identifier: pid_t

    /// How a child ended.
    enum End {
        /// Its exit status; 128 and the signal's number for one that a signal ended, as shells say it.
        case status(Int32)
        /// Somebody else has asked for its end.
        case unknown
    }

    /// The tests' own variables, read once: whoever sets one meanwhile moves the table under its readers.
    private static let variables = ProcessInfo.processInfo.environment

    /// - Parameters:
    ///   - path: of the program, as `Command.locate` finds it.
    ///   - environment: variables beside the tests' own.
    ///   - input: a file.
    ///   - output: a file that is written at its end.
    ///   - error: the same for the standard error; without it, it goes where the output goes.
    init(
        _ path: String, _ arguments: [String], environment: [String: String], input: String = "/dev/null",
        output: String, error: String? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        let appending = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, appending, 0o644)
        if let error {
            posix_spawn_file_actions_addopen(&actions, 2, error, appending, 0o644)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        // A Swift program's threads may block signals, and a child would inherit that.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words = ([path] + arguments).map { strdup($0) } + [nil]
        let settings = Self.variables.merging(environment) { $1 }.map { strdup("\($0)=\($1)") } + [nil]
        defer { (words + settings).forEach { free($0) } }
        var identifier: pid_t = 0
        let failure = posix_spawn(&identifier, path, &actions, &attributes, words, settings)
        guard failure == 0 else {
            throw Command.Failure(description: "\(path) cannot be started: \(String(cString: strerror(failure)))")
        }
        self.identifier = identifier
    }

    /// How it ended; `nil` while it runs. An end is told once, then the identifier may be another's.
    func end() -> End? {
        var status: Int32 = 0
        switch waitpid(identifier, &status, WNOHANG) {
        case 0: return nil
        case identifier:
            let signal = status & 0x7f
            return .status(signal == 0 ? (status >> 8) & 0xff : 128 + signal)
        default: return .unknown
        }
    }

    func send(_ signal: Int32) {
        Glibc.kill(identifier, signal)
    }

    /// Ends it (SIGKILL) and waits until it is gone.
    func kill() {
        send(SIGKILL)
        var status: Int32 = 0
        waitpid(identifier, &status, 0)
    }
}
