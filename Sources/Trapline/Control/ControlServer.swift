import Basics
import Foundation
import Glibc
import Logging
import Synchronization

/// Answers operators' commands on the data folder's socket, one after the other, on a thread of its own.
final class ControlServer: Sendable {
    private struct State {
        /// `nil` before the start and from the stop on.
        var listening: ControlSocket?
        /// Whose command is in hand.
        var connection: ControlSocket?
    }

    private let folder: String
    private let perform: @Sendable (ControlRequest, _ operator: String) -> ControlResponse
    private let logger: Logger
    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)

    init(
        folder: String, logger: Logger,
        perform: @escaping @Sendable (ControlRequest, _ operator: String) -> ControlResponse
    ) {
        self.folder = folder
        self.logger = logger
        self.perform = perform
    }

    /// A folder that takes no socket costs the commands, and is said; the server serves all the same.
    func start() {
        let listening: ControlSocket
        do throws(SystemError) {
            listening = try ControlSocket.listen(in: folder)
        } catch {
            logger.error("operators' commands cannot reach this server: \(folder)/\(ControlSocket.name): \(error)")
            return
        }
        state.withLock { $0.listening = listening }
        let thread = Thread { [self] in
            while let connection = listening.accept(), takes(connection) {
                answer(connection)
                state.withLock { $0.connection = nil }
            }
            ended.signal()
        }
        thread.name = "control"
        thread.start()
    }

    /// Returns once the command in hand is answered; none is taken any more, and who has not sent a whole one by now is
    /// not waited for. Blocks.
    func stop() {
        let (listening, connection) = state.withLock { state in
            defer { state.listening = nil }
            return (state.listening, state.connection)
        }
        guard let listening else { return }
        unsafe unlink(folder + "/" + ControlSocket.name)
        listening.shutDown()
        connection?.stopReading()
        ended.wait()
    }

    /// False once the server stops.
    private func takes(_ connection: ControlSocket) -> Bool {
        state.withLock { state in
            guard state.listening != nil else { return false }
            state.connection = connection
            return true
        }
    }

    private func answer(_ connection: ControlSocket) {
        guard let line = connection.readLine() else { return }
        let name = connection.peerUser.map(OperatorName.ofUser) ?? "somebody"
        let response: ControlResponse
        if let request = ControlLine.decode(line, as: ControlRequest.self) {
            response = perform(request, name)
            logger.notice("\(name): \(request.action.rawValue): \(response.done ?? response.error ?? "")")
        } else {
            response = .failed("this server does not know the request; is it of another version?")
        }
        _ = connection.write(ControlLine.encode(response))
    }
}

/// What an operator is called in the journal.
enum OperatorName {
    /// The user's name on this machine, or its number where it has none.
    static func ofUser(_ number: UInt32) -> String {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        // What sysconf(_SC_GETPW_R_SIZE_MAX) suggests as a start is 1 KiB; names are short.
        var buffer = [CChar](repeating: 0, count: 16_384)
        let name = unsafe buffer.withUnsafeMutableBufferPointer { buffer -> String? in
            guard let start = buffer.baseAddress,
                unsafe getpwuid_r(number, &entry, start, buffer.count, &found) == 0,
                unsafe found != nil, let name = unsafe entry.pw_name as UnsafeMutablePointer<CChar>?
            else { return nil }
            return unsafe String(cString: name)
        }
        return name ?? "user \(number)"
    }
}
