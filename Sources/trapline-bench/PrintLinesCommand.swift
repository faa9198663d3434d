import ArgumentParser
import Basics
import CDatagram
import Foundation
import MIBCatalog
import SNMPSecurity
import SNMPWire

/// `trapline-bench print-lines`: does with Trapline's decoder and catalog what snmptrapd does with its own, and no
/// more, until it is ended. `compare` starts it.
struct PrintLinesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print-lines", abstract: "Receives traps and writes a line of text for each.",
        shouldDisplay: false)

    /// As many datagrams a call as intake takes.
    private static let capacity: UInt32 = 128
    /// The workload's datagram fits well.
    private static let slot: UInt32 = 2_048
    /// Octets of lines that are gathered for one write, if more datagrams wait.
    private static let batch = 64 * 1_024
    /// How long datagrams are left to gather once the socket has run empty, in microseconds: a look at each as it comes
    /// costs more than all that is done with it. People read no faster.
    private static let pause: UInt32 = 1_000

    @Option(name: .long, help: "The port on 127.0.0.1 to receive on.")
    var port: UInt16

    @Option(name: .long, help: "The file to append to.")
    var to: String

    @Option(name: .long, help: "v3 has each verified and decrypted first.")
    var load = ComparedLoad.v2c

    func run() throws {
        let security = load == .v3 ? try LineSecurity() : nil
        guard let folder = Catalog.bundledDirectory() else {
            throw BenchmarkError("the bundled MIB modules are missing")
        }
        let printer = LinePrinter(catalog: Catalog.load(directories: [folder]).catalog)
        let file = unsafe open(to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw BenchmarkError("\(to): \(SystemError.last)") }
        defer { _ = close(file) }
        guard let receiver = unsafe datagram_receiver_create(Self.capacity, Self.slot) else {
            throw BenchmarkError("no memory")
        }
        defer { unsafe datagram_receiver_free(receiver) }
        var local = datagram_endpoint(high: 0, low: 0x7f00_0001, scope: 0, port: port, family: 4)
        var step = datagram_step_open
        let socket = unsafe datagram_open(&local, false, &step)
        guard socket >= 0 else { throw BenchmarkError("no socket on port \(port): \(SystemError(-socket))") }
        defer { datagram_close(socket) }

        var lines = OctetWriter(capacity: Self.batch * 2)
        // Nothing came while datagrams were left to gather.
        var isQuiet = true
        while true {
            var received: UnsafePointer<datagram_received>? = nil
            let count = unsafe datagram_receive(receiver, socket, &received)
            guard count >= 0 else { throw BenchmarkError("cannot receive: \(SystemError(-count))") }
            guard count > 0, let datagrams = unsafe received else {
                if isQuiet {
                    try Self.write(&lines, to: file)
                    _ = datagram_wait(socket, -1, -1)
                }
                isQuiet = true
                _ = usleep(Self.pause)
                continue
            }
            isQuiet = false
            for index in 0..<Int(count) {
                let datagram = unsafe datagrams[index]
                let payload = unsafe RawSpan(_unsafeStart: datagram.payload, byteCount: Int(datagram.length))
                let sender = unsafe Endpoint(
                    IPAddress(v4: UInt32(truncatingIfNeeded: datagram.sender.low)), port: datagram.sender.port)
                let time = unsafe Timestamp(nanoseconds: datagram.time)
                if let security {
                    let opened = try security.open(payload, from: sender.address, at: time)
                    try printer.print(
                        opened.octets.rawOctets, plaintextAt: opened.count, time: time, sender: sender, to: &lines)
                } else {
                    try printer.print(payload, time: time, sender: sender, to: &lines)
                }
            }
            if lines.count >= Self.batch { try Self.write(&lines, to: file) }
        }
    }

    private static func write(_ lines: inout OctetWriter, to file: Int32) throws {
        try unsafe lines.withUnsafeBytes { octets in
            var rest = unsafe octets
            while unsafe !rest.isEmpty {
                let written = unsafe Glibc.write(file, rest.baseAddress, rest.count)
                guard written >= 0 || errno == EINTR else { throw BenchmarkError("cannot write: \(SystemError.last)") }
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, written)))
            }
        }
        lines.removeAll()
    }
}

/// What the server does before it believes a message, and reads it: intake's part, and the pipeline's.
struct LineSecurity {
    private let security: IncomingSecurity
    private let opener: NotificationOpener

    init() throws {
        let users = UserTable([V3Workload.user])
        let ring = KeyRing()
        security = IncomingSecurity(
            engine: OwnEngine(id: try V3Workload.engine(.max), boots: 1, started: 0), users: users, ring: ring)
        opener = NotificationOpener(users: users, ring: ring)
    }

    /// The datagram with its plaintext behind it, and how many octets of that are the datagram's.
    func open(_ payload: RawSpan, from sender: IPAddress, at time: Timestamp) throws -> (octets: [UInt8], count: Int) {
        guard let summary = try V3View.check(payload) else { throw BenchmarkError("no SNMPv3") }
        _ = try security.admit(payload, summary, from: sender, at: .received(time))
        let datagram = unsafe payload.withUnsafeBytes { unsafe Array($0) }
        guard let opened = opener.unsealed(datagram) else { throw BenchmarkError("no key opens it") }
        return (opened, datagram.count)
    }
}

/// A trap as a line of text, as snmptrapd writes it: when, from whom, and every variable by its name with the name of its
/// type and its value as a person reads it.
struct LinePrinter {
    private let catalog: Catalog
    private let uptime = OID.sysUpTimeInstance
    private let trapOID = OID.snmpTrapOIDInstance

    init(catalog: Catalog) {
        self.catalog = catalog
    }

    /// - Parameter count: where an encrypted datagram ends and its plaintext begins.
    /// - Throws: where the datagram is malformed; nothing is written of it then.
    func print(
        _ datagram: RawSpan, plaintextAt count: Int? = nil, time: Timestamp, sender: Endpoint,
        to line: inout OctetWriter
    ) throws(WireError) {
        let start = line.count
        do throws(WireError) {
            var notification = try NotificationReader(datagram, plaintextAt: count)
            time.appendToTheSecond(to: &line)
            line.append(UInt8(ascii: " "))
            sender.append(to: &line)
            line.append(UInt8(ascii: " "))
            append(uptime.octets, .timeTicks(notification.uptime), to: &line)
            line.append(UInt8(ascii: "\t"))
            append(trapOID.octets, .objectIdentifier(notification.trapOID), to: &line)
            while let variable = try notification.variables.read() {
                line.append(UInt8(ascii: "\t"))
                append(variable.name, variable.value, to: &line)
            }
            line.append(UInt8(ascii: "\n"))
        } catch {
            line.truncate(to: start)
            throw error
        }
    }

    private func append(_ name: RawSpan, _ value: ValueView, to line: inout OctetWriter) {
        let place = catalog.place(of: name)
        catalog.appendName(of: name, at: place, to: &line)
        line.append(LinePrinter.type(of: value))
        catalog.appendText(of: value, at: place, to: &line)
    }

    private static func type(of value: ValueView) -> StaticString {
        switch value {
        case .integer: " = INTEGER: "
        case .octetString: " = STRING: "
        case .objectIdentifier: " = OID: "
        case .ipAddress: " = IpAddress: "
        case .counter32: " = Counter32: "
        case .gauge32: " = Gauge32: "
        case .timeTicks: " = Timeticks: "
        case .opaque, .float, .double: " = Opaque: "
        case .counter64: " = Counter64: "
        case .null, .noSuchObject, .noSuchInstance, .endOfMibView: " = "
        }
    }
}
