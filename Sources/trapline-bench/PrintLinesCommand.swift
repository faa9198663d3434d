import ArgumentParser
import Basics
import CDatagram
import Foundation
import MIBCatalog
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

    @Option(name: .long, help: "The port on 127.0.0.1 to receive on.")
    var port: UInt16

    @Option(name: .long, help: "The file to append to.")
    var to: String

    func run() throws {
        guard let folder = Catalog.bundledDirectory() else {
            throw BenchmarkError("the bundled MIB modules are missing")
        }
        let printer = LinePrinter(catalog: Catalog.load(directories: [folder]).catalog)
        guard FileManager.default.createFile(atPath: to, contents: nil) else {
            throw BenchmarkError("\(to) cannot be made")
        }
        let file = try FileHandle(forWritingTo: URL(filePath: to))
        guard let receiver = unsafe datagram_receiver_create(Self.capacity, Self.slot) else {
            throw BenchmarkError("no memory")
        }
        defer { unsafe datagram_receiver_free(receiver) }
        var local = datagram_endpoint(high: 0, low: 0x7f00_0001, scope: 0, port: port, family: 4)
        var step = datagram_step_open
        let socket = unsafe datagram_open(&local, false, &step)
        guard socket >= 0 else { throw BenchmarkError("no socket on port \(port): \(SystemError(-socket))") }
        defer { datagram_close(socket) }

        while true {
            var received: UnsafePointer<datagram_received>? = nil
            let count = unsafe datagram_receive(receiver, socket, &received)
            guard count >= 0 else { throw BenchmarkError("cannot receive: \(SystemError(-count))") }
            guard count > 0, let datagrams = unsafe received else {
                _ = datagram_wait(socket, -1, -1)
                continue
            }
            var text: [UInt8] = []
            for index in 0..<Int(count) {
                let datagram = unsafe datagrams[index]
                let payload = unsafe [UInt8](
                    UnsafeBufferPointer(start: datagram.payload, count: Int(datagram.length)))
                let sender = unsafe Endpoint(
                    IPAddress(v4: UInt32(truncatingIfNeeded: datagram.sender.low)), port: datagram.sender.port)
                let time = unsafe Timestamp(nanoseconds: datagram.time)
                try printer.print(payload, time: time, sender: sender, to: &text)
            }
            try file.write(contentsOf: text)
        }
    }
}

/// A trap as a line of text: when, from whom, and every variable by its name with its value as a person reads it.
private struct LinePrinter {
    let catalog: Catalog

    func print(_ datagram: [UInt8], time: Timestamp, sender: Endpoint, to text: inout [UInt8]) throws {
        let notification = try SNMPNotification.decode(datagram)
        text += time.description.utf8
        text.append(UInt8(ascii: " "))
        text += sender.description.utf8
        text.append(UInt8(ascii: " "))
        text += catalog.text(of: .timeTicks(notification.uptime), for: .sysUpTimeInstance).utf8
        text.append(UInt8(ascii: " "))
        text += catalog.name(of: notification.trapOID).utf8
        for variable in notification.variables {
            text.append(UInt8(ascii: "\t"))
            text += catalog.name(of: variable.name).utf8
            text += " = ".utf8
            text += catalog.text(of: variable.value, for: variable.name).utf8
        }
        text.append(UInt8(ascii: "\n"))
    }
}
