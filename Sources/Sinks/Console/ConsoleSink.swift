internal import Basics
internal import Documents
internal import Foundation

/// Events on standard output: one line each, coloured where it is a terminal, or JSON.
public final class ConsoleSink: Sink {
    public static let type = "console"

    /// A line has some 200 octets, so that a delivery fills a terminal's buffer a few times over at most.
    public let gathering = Gathering.immediate(maximum: 256)

    private let settings: ConsoleSettings
    private let descriptor: Int32
    private let isColoured: Bool
    private let queue = BlockingQueue("trapline.console")

    /// - Parameters:
    ///   - descriptor: standard output's, unless told another.
    ///   - isColoured: `nil` to ask the descriptor: a terminal has colours unless `NO_COLOR` is set.
    public init(settings: ConsoleSettings, descriptor: Int32 = 1, isColoured: Bool? = nil) {
        self.settings = settings
        self.descriptor = descriptor
        let hasColours = isatty(descriptor) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
        self.isColoured = isColoured ?? hasColours
    }

    public func deliver(_ events: [SinkEvent]) async throws(DeliveryFailure) {
        let text = events.map { line($0, isColoured: isColoured) + "\n" }.joined()
        try await queue.run { [descriptor] () throws(DeliveryFailure) in
            do throws(PartialWrite) {
                try writeAll([UInt8](text.utf8), to: descriptor)
            } catch {
                let isGone = error.error.number == EPIPE || error.error.number == EBADF
                throw DeliveryFailure(isGone ? .unreachable : .storage, "standard output: \(error.error)")
            }
        }
    }

    public func probe() async throws(DeliveryFailure) {
        guard fcntl(descriptor, F_GETFD) >= 0 else {
            throw DeliveryFailure(.unreachable, "standard output: \(SystemError.last)")
        }
    }

    public func reopen() async {}

    public func close() async {}

    public func preview(_ event: SinkEvent) -> String { line(event, isColoured: false) }

    private func line(_ event: SinkEvent, isColoured: Bool) -> String {
        switch settings.form {
        case .text: ConsoleLine.text(event.event, isColoured: isColoured)
        case .json: EventDocument(event.event, datagram: event.datagram).jsonLine()
        }
    }
}
