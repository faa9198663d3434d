internal import Basics
internal import Documents
internal import Foundation

/// Events on standard output: one line each, coloured where it is a terminal, or JSON.
public final class ConsoleSink: Sink {
    public static let type = "console"

    /// A line has some 200 octets, so that a delivery fills a terminal's buffer a few times over at most.
    public let gathering = Gathering.immediate(maximum: 256)

    /// The line for people says nothing of the datagram.
    public var datagramLimit: Int { settings.form == .text ? 0 : .max }

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
        try await queue.run { [self] () throws(DeliveryFailure) in
            // 256 octets a line, as they mostly have at most.
            var lines = OctetWriter(capacity: events.count * 256)
            for event in events {
                switch settings.form {
                case .text: ConsoleLine.append(event.event, isColoured: isColoured, to: &lines)
                case .json: EventDocument(event.event, datagram: event.datagram).append(to: &lines)
                }
                lines.append(UInt8(ascii: "\n"))
            }
            do throws(PartialWrite) {
                try writeAll(lines.copy(), to: descriptor)
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

    public func preview(_ event: SinkEvent) -> String {
        switch settings.form {
        case .text: ConsoleLine.text(event.event, isColoured: false)
        case .json: EventDocument(event.event, datagram: event.datagram).jsonLine()
        }
    }
}
