internal import Foundation
internal import Synchronization

/// A real rsyslogd with a configuration of its own: it receives over UDP, TCP, TLS and RELP on free ports of 127.0.0.1
/// (UDP and TCP on ::1 too) and writes what it understood of each message to a file.
public final class RsyslogServer: Sendable {
    /// A message as rsyslog took it apart.
    public struct Message: Codable, Sendable, Hashable {
        public var priority: Int
        public var time: String
        public var hostname: String
        public var application: String
        public var processID: String
        public var messageID: String
        public var structuredData: String
        public var text: String
        /// As it came, control characters escaped by rsyslog (`#012`).
        public var raw: String
        /// `udp`, `tcp`, `tls` or `relp`.
        public var input: String
    }

    public let udpPort: UInt16
    /// Takes both octet-counted and newline-framed messages.
    public let tcpPort: UInt16
    /// Asks for the client's certificate.
    public let tlsPort: UInt16
    public let relpPort: UInt16
    public let certificates: Certificates
    private let folder: TemporaryFolder
    private let writesThrough: Bool
    private let process: Mutex<ServerProcess?>

    /// With `writesThrough` it writes a message before it reads the next: its queue, which is in memory otherwise, would
    /// be lost with it, and what it has confirmed by then is its own to lose.
    public init(certificates: Certificates? = nil, writesThrough: Bool = false) throws {
        folder = try TemporaryFolder()
        self.writesThrough = writesThrough
        self.certificates = try certificates ?? Certificates()
        udpPort = try Ports.free()
        tcpPort = try Ports.free()
        tlsPort = try Ports.free()
        relpPort = try Ports.free()
        process = Mutex(nil)
        try folder.write(configuration, to: "rsyslog.conf")
        try start()
    }

    /// Starts it (again), on the same ports and with the same file.
    public func start() throws {
        let ports = [tcpPort, tlsPort, relpPort]
        let started = try ServerProcess(
            "rsyslogd", ["-n", "-f", folder.file("rsyslog.conf"), "-i", folder.file("rsyslog.pid")],
            folder: folder.path
        ) {
            // Its UDP socket is bound before its TCP sessions are accepted.
            ports.allSatisfy(Ports.isListening)
        }
        process.withLock { $0 = started }
    }

    /// Ends it in good order: it writes what it has taken in.
    public func stop() {
        process.withLock { $0 }?.stop()
    }

    /// It reads nothing more, while its kernel goes on taking what comes; `kill` ends it all the same.
    public func pause() {
        process.withLock { $0 }?.send(signal: SIGSTOP)
    }

    /// Ends it as a crash would.
    public func kill() {
        process.withLock { $0 }?.kill()
    }

    /// What has come so far, oldest first.
    public func messages() throws -> [Message] {
        guard let data = FileManager.default.contents(atPath: folder.file("messages.jsonl")) else { return [] }
        // Only whole lines: rsyslog may be writing the last one.
        guard let end = data.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        return try data[..<end].split(separator: UInt8(ascii: "\n")).map { line in
            let fields = try JSONDecoder().decode([String].self, from: line)
            guard fields.count == 10, let priority = Int(fields[0]) else {
                throw Command.Failure(description: "unexpected line: \(String(decoding: line, as: UTF8.self))")
            }
            return Message(
                priority: priority, time: fields[1], hostname: fields[2], application: fields[3],
                processID: fields[4], messageID: fields[5], structuredData: fields[6], text: fields[7],
                raw: fields[8], input: fields[9])
        }
    }

    /// How many messages have come so far, without a look at them.
    public func messageCount() -> Int {
        let data = FileManager.default.contents(atPath: folder.file("messages.jsonl")) ?? Data()
        return data.count { $0 == UInt8(ascii: "\n") }
    }

    /// Waits until at least `count` messages have come (or the bound of `Poll`), and returns all.
    public func messages(atLeast count: Int) async throws -> [Message] {
        _ = try await Poll.eventually { try self.messages().count >= count }
        return try messages()
    }

    private var configuration: String {
        let properties = [
            #"property(name="pri" format="json")"#,
            #"property(name="timereported" dateFormat="rfc3339" format="json")"#,
            #"property(name="hostname" format="json")"#, #"property(name="app-name" format="json")"#,
            #"property(name="procid" format="json")"#, #"property(name="msgid" format="json")"#,
            #"property(name="structured-data" format="json")"#, #"property(name="msg" format="json")"#,
            #"property(name="rawmsg" format="json")"#, #"property(name="inputname" format="json")"#,
        ]
        let row = properties.joined(separator: #" constant(value="\",\"") "#)
        return """
            global(workDirectory="\(folder.path)" maxMessageSize="64k" net.enableDNS="off"
              defaultNetstreamDriverCAFile="\(certificates.authority)"
              defaultNetstreamDriverCertFile="\(certificates.serverCertificate)"
              defaultNetstreamDriverKeyFile="\(certificates.serverKey)")
            \(writesThrough ? #"main_queue(queue.type="direct")"# : "")
            module(load="imudp")
            module(load="imtcp")
            module(load="imrelp")
            template(name="row" type="list") { constant(value="[\\"") \(row) constant(value="\\"]\\n") }
            ruleset(name="all") { action(type="omfile" file="\(folder.file("messages.jsonl"))" template="row") }
            input(type="imudp" address="127.0.0.1" port="\(udpPort)" rcvbufSize="8m" ruleset="all" name="udp")
            input(type="imudp" address="::1" port="\(udpPort)" rcvbufSize="8m" ruleset="all" name="udp")
            input(type="imtcp" address="127.0.0.1" port="\(tcpPort)" ruleset="all" name="tcp")
            input(type="imtcp" address="::1" port="\(tcpPort)" ruleset="all" name="tcp")
            input(type="imtcp" address="127.0.0.1" port="\(tlsPort)" ruleset="all" name="tls"
              streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="x509/name"
              permittedPeer=["\(Certificates.clientName)"])
            input(type="imrelp" address="127.0.0.1" port="\(relpPort)" ruleset="all" name="relp")

            """
    }
}
