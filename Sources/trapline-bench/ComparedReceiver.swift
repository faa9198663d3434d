import Foundation
import MIBCatalog

/// A program that writes one line of text a trap to a file, as `compare` starts it.
struct ComparedReceiver {
    let title: String
    /// What it does with a trap.
    let work: String
    let executable: String
    /// Its arguments, told where it may write and which port of 127.0.0.1 it is to receive on. What it needs to be told
    /// in files is written here too.
    let arguments: (_ folder: URL, _ port: UInt16) throws -> [String]

    /// Where the lines are to go, and where its standard output goes.
    static func output(in folder: URL) -> URL { folder.appending(path: "lines") }

    /// Net-snmp's receiver as it is fastest: no authorization, no names, neither from the DNS nor from MIB modules, one
    /// line a trap.
    static func snmptrapd(_ load: ComparedLoad) throws -> ComparedReceiver {
        try snmptrapd(load, title: "snmptrapd without names", work: "decode + a line of numbers", ["-m", "", "-On"])
    }

    /// The same with names, from the modules that Trapline comes with.
    static func namingSnmptrapd(_ load: ComparedLoad) throws -> ComparedReceiver {
        guard let modules = Catalog.bundledDirectory() else {
            throw BenchmarkError("the bundled MIB modules are missing")
        }
        return try snmptrapd(
            load, title: "snmptrapd with names", work: "decode + names + a line", ["-M", modules, "-m", "ALL"])
    }

    private static func snmptrapd(
        _ load: ComparedLoad, title: String, work: String, _ naming: [String]
    ) throws -> ComparedReceiver {
        guard let executable = find("snmptrapd") else {
            throw BenchmarkError(
                "snmptrapd is missing, and without it there is no comparison: apt-get install snmptrapd")
        }
        return ComparedReceiver(title: title, work: work, executable: executable) { folder, port in
            let configuration = folder.appending(path: "snmptrapd.conf")
            // Its users are kept in a folder of their own, and forgotten with it.
            let text = """
                [snmp] persistentDir \(folder.path)
                disableAuthorization yes
                \(try load.createUsers())
                """
            try text.write(to: configuration, atomically: true, encoding: .utf8)
            return ["-f", "-C", "-c", configuration.path, "-n"] + naming + [
                "-Lf", output(in: folder).path, "-F", #"%04y-%02m-%02l %02h:%02j:%02k %b %v\n"#,
                "udp:127.0.0.1:\(port)",
            ]
        }
    }

    /// The same work done by Trapline's decoder and catalog, in a process of this program.
    static func lines(_ load: ComparedLoad) throws -> ComparedReceiver {
        ComparedReceiver(title: "Trapline's rooms", work: "decode + names + a line", executable: try ownPath()) {
            folder, port in
            ["print-lines", "--port", "\(port)", "--to", output(in: folder).path, "--load", load.rawValue]
        }
    }

    /// The server itself, which does more: durable journal, alarms, event log. Its console writes the line.
    static func server(_ path: String?, _ load: ComparedLoad) throws -> ComparedReceiver {
        try server(path, load, title: "trapline serve", line: "a line") { _ in "console: {form: text}" }
    }

    /// The server with a sink that writes each trap whole, as JSON, and syncs it.
    static func archivingServer(_ path: String?, _ load: ComparedLoad) throws -> ComparedReceiver {
        try server(path, load, title: "trapline serve to a file", line: "all of it as JSON, synced") { lines in
            "file: {to: \"\(lines.path)\"}"
        }
    }

    private static func server(
        _ path: String?, _ load: ComparedLoad, title: String, line: String, sink: @escaping (_ lines: URL) -> String
    ) throws -> ComparedReceiver {
        let executable = try path ?? besideThis("trapline")
        let work = "decode + names + durable journal + alarms + event log + \(line)"
        return ComparedReceiver(title: title, work: work, executable: executable) { folder, port in
            let configuration = folder.appending(path: "trapline.yaml")
            // Repeats too: the load is one alarm that repeats.
            let text = """
                listen: {traps: ["127.0.0.1:\(port)"]}
                access: {\(load.access)}
                data: "\(folder.appending(path: "data").path)"
                sinks:
                  lines: {\(sink(output(in: folder)))}
                routes:
                  - name: every trap
                    when: {listener: traps, transition: [raised, changed, cleared, repeated, logged]}
                    to: lines

                """
            try text.write(to: configuration, atomically: true, encoding: .utf8)
            return ["serve", "--config", configuration.path, "--log-level", "warning"]
        }
    }

    /// A program of the same build.
    static func besideThis(_ name: String) throws -> String {
        let path = URL(filePath: try ownPath()).deletingLastPathComponent().appending(path: name).path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw BenchmarkError("there is no program \(path): build it, or name it with --trapline")
        }
        return path
    }

    private static func ownPath() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }

    private static func find(_ program: String) -> String? {
        // Debian keeps it where only root's PATH looks.
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (["/usr/sbin"] + folders).map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
