internal import Basics
internal import Documents
internal import Foundation
internal import Synchronization

/// Events appended to a file, a line of JSON each; on disk before they count as delivered.
public final class FileSink: Sink {
    public static let type = "file"

    /// A line with its datagram has some 2 KiB, so that a delivery is about a mebibyte and one sync.
    public let gathering = Gathering.immediate(maximum: 512)

    private let output: Mutex<AppendedFile>
    private let queue: BlockingQueue

    public init(settings: FileSettings) {
        output = Mutex(AppendedFile(path: settings.path))
        queue = BlockingQueue("trapline.file")
    }

    public func deliver(_ events: [SinkEvent]) async throws(DeliveryFailure) {
        try await run { (output) throws(DeliveryFailure) in
            // 2 KiB a line, as they mostly have.
            var lines = OctetWriter(capacity: events.count * 2_048)
            for event in events {
                EventDocument(event.event, datagram: event.datagram).append(to: &lines)
                lines.append(UInt8(ascii: "\n"))
            }
            try output.append(lines.copy())
        }
    }

    public func probe() async throws(DeliveryFailure) {
        try await run { (output) throws(DeliveryFailure) in try output.probe() }
    }

    /// The next delivery opens the path anew. It is done here already, so that a rotated file is there again at once;
    /// where that fails, the next delivery says so.
    public func reopen() async {
        try? await run { (output) throws(DeliveryFailure) in
            output.close()
            try output.openIfNeeded()
        }
    }

    public func close() async {
        try? await run { (output) throws(DeliveryFailure) in output.close() }
    }

    public func preview(_ event: SinkEvent) -> String {
        EventDocument(event.event, datagram: event.datagram).jsonLine()
    }

    private func run(
        _ work: @escaping @Sendable (inout AppendedFile) throws(DeliveryFailure) -> Void
    ) async throws(DeliveryFailure) {
        try await queue.run { [self] () throws(DeliveryFailure) in
            try output.withLock { (output) throws(DeliveryFailure) in try work(&output) }
        }
    }
}
