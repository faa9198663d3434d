import Basics
import Foundation

/// `trapline serve` as an operator starts it, on ports of its own and with a data folder that is gone afterwards.
final class ServerUnderLoad {
    struct Options {
        /// The program; `nil` for the one beside this.
        var executable: String?
        /// Where the events of the load go; `nil` for nowhere.
        var sinkPort: UInt16?
        var sinkFormat = SinkFormat.rfc5424
        /// Sockets of the listener.
        var threads = 1
        /// Whether senders have the budgets that they have by default. Without them a load of a few senders is not cut.
        var hasBudgets = false
        /// Whether the bench's SNMPv3 user is let in, and then nobody else.
        var hasUser = false

        var access: String {
            let parts = [hasBudgets ? nil : "budget: off", hasUser ? V3Workload.configuration : nil].compactMap(\.self)
            return parts.isEmpty ? "" : "access: {\(parts.joined(separator: ", "))}"
        }
    }

    /// How the sink writes an event.
    enum SinkFormat: String, CaseIterable {
        /// Trapline's default: the alarm and all variables as structured data, some 2,400 octets for the vendor's alarm.
        case rfc5424
        /// A line of text.
        case rfc3164
    }

    /// How long it may take to serve its metrics, in seconds.
    private static let patience: TimeInterval = 30

    let process: ReceiverProcess
    private let metricsPort: UInt16

    init(_ options: Options, folder: URL) throws {
        let metricsPort = try LoopbackStream.freePort()
        let executable = try options.executable ?? ComparedReceiver.besideThis("trapline")
        let receiver = ComparedReceiver(title: "trapline serve", work: "", executable: executable) { folder, port in
            let configuration = folder.appending(path: "trapline.yaml")
            try Self.configuration(options, folder: folder, port: port, metricsPort: metricsPort)
                .write(to: configuration, atomically: true, encoding: .utf8)
            return ["serve", "--config", configuration.path, "--log-level", "notice"]
        }
        self.metricsPort = metricsPort
        process = try ReceiverProcess(receiver, folder: folder)
        do {
            let deadline = Date(timeIntervalSinceNow: Self.patience)
            while MetricsText.scrape(port: metricsPort) == nil {
                try process.check()
                guard Date() < deadline else { throw process.failure("does not serve its metrics") }
                Thread.sleep(forTimeInterval: 0.02)
            }
        } catch {
            process.stop()
            throw error
        }
    }

    var endpoint: Endpoint { Endpoint(LoopbackPort.address, port: process.port) }

    func metrics() throws -> MetricsText {
        try process.check()
        guard let metrics = MetricsText.scrape(port: metricsPort) else {
            throw process.failure("does not serve its metrics any more")
        }
        return metrics
    }

    func stop() {
        process.stop()
    }

    /// Repeats too: most loads are alarms that repeat. The server's own facts go nowhere.
    private static func configuration(
        _ options: Options, folder: URL, port: UInt16, metricsPort: UInt16
    ) -> String {
        let sink =
            options.sinkPort.map { port in
                let text =
                    options.sinkFormat == .rfc3164
                    ? #", text: 'event="{id}" {severity} {alarm} at {source} of {device}: {text}'"# : ""
                return #"syslog: {to: "tcp://127.0.0.1:\#(port)", format: \#(options.sinkFormat.rawValue)\#(text)}"#
            } ?? #"file: {to: "\#(folder.appending(path: "unused").path)"}"#
        // What the server tells of itself is little, and is no load.
        let listener = options.sinkPort == nil ? "trapline" : "traps"
        return """
            listen: {traps: {endpoints: ["127.0.0.1:\(port)"], threads: \(options.threads)}}
            \(options.access)
            data: "\(folder.appending(path: "data").path)"
            metrics: 127.0.0.1:\(metricsPort)
            sinks:
              counter: {\(sink)}
            routes:
              - name: the load
                when: {listener: \(listener), transition: [raised, changed, cleared, repeated, logged]}
                to: counter

            """
    }
}
