import Foundation
import TestPeers
import Testing

/// The program itself, asked and told from outside.
@Suite struct SimulatorTests {
    private func run(_ arguments: [String]) throws -> Command.Output {
        try Command.run(SimulatorProcess.path(), arguments)
    }

    /// One port for all devices; each answers at its own address.
    @Test func aFleetAnswersAndObeys() throws {
        let folder = try TemporaryFolder()
        let (port, nobody) = (try Ports.free(), try Ports.free())
        let simulator = try SimulatorProcess(
            [
                "--devices", "1000", "--first-address", "127.20.0.1", "--port", "\(port)", "--to",
                "127.0.0.1:\(nobody)", "--keep-alives-to", "127.0.0.1:\(nobody)", "--keep-alive", "2",
                "--first-serial", "7000000",
            ], folder: folder)
        func ask(_ address: String) throws -> Command.Output {
            try Command.run(
                "snmpget",
                [
                    "-v", "2c", "-c", "public", "-Oqv", "-m", "", "-r", "0", "-t", "1", "\(address):\(port)",
                    "1.3.6.1.4.1.5003.9.10.10.2.3.2.0",
                ])
        }
        #expect(try ask("127.20.0.1").text == "7000000\n")
        #expect(try ask("127.20.3.232").text == "7000999\n")
        #expect(try ask("127.20.3.233").status != 0)

        try simulator.perform("raise 127.20.0.1-127.20.0.3 4 critical")
        try simulator.perform("clear 127.20.0.2 4")
        #expect(
            try simulator.standing() == [
                "127.20.0.1 1.3.6.1.4.1.5003.9.10.1.21.2.0.10 Board#1/EthernetLink#4 critical",
                "127.20.0.3 1.3.6.1.4.1.5003.9.10.1.21.2.0.10 Board#1/EthernetLink#4 critical",
            ])
        try simulator.perform("kill 2")
        try simulator.perform("kill 1")
        #expect(simulator.output.contains("kill 2: 2 devices"), "\(simulator.output)")
        for address in ["127.20.0.1", "127.20.0.2", "127.20.0.3"] {
            #expect(try ask(address).standardError.contains("Timeout"))
        }
        #expect(try ask("127.20.0.4").text == "7000003\n")
        simulator.stop()
        let summary = try #require(simulator.output.split(separator: "\n").last)
        #expect(summary.contains(#""devices":1000,"#), "\(summary)")
        #expect(summary.contains(#""traps":4,"#), "\(summary)")
        #expect(summary.contains(#""failed":0,"#), "\(summary)")
    }

    @Test func alarmsAtRandomGoByTheSeed() throws {
        let folder = try TemporaryFolder()
        let nobody = try Ports.free()
        func standing(_ name: String, seed: String) throws -> String {
            let output = try run([
                "--devices", "20", "--first-address", "127.21.0.1", "--port", "0", "--to", "127.0.0.1:\(nobody)",
                "--keep-alives-to", "127.0.0.1:\(nobody)", "--alarm-rate", "100", "--seconds", "1", "--seed", seed,
                "--alarms", folder.file(name),
            ])
            #expect(output.status == 0, "\(output.standardError)")
            return try String(contentsOfFile: folder.file(name), encoding: .utf8)
        }
        let alarms = try standing("first", seed: "1")
        // About a hundred changes, nearly all of them raises: there are 160 links.
        #expect((40...100).contains(alarms.split(separator: "\n").count), "\(alarms)")
        #expect(try standing("other", seed: "2") != alarms)
    }

    @Test func whatItDoesNotTake() throws {
        for arguments in [
            ["--devices", "0"], ["--first-address", "localhost"], ["--loss", "2"], ["--at", "60 explode all"],
            ["--first-address", "255.255.255.250", "--devices", "10"], ["--to", "nowhere"],
        ] {
            let output = try run(arguments)
            #expect(output.status != 0, "\(arguments)")
            #expect(output.standardError.contains("Error:"), "\(arguments): \(output.standardError)")
        }
        let wrong = try run(["--at", "5 kil 3"]).standardError
        #expect(wrong.contains("“kil” is no action, which is kill, restart, cut, connect, "), "\(wrong)")
        let folder = try TemporaryFolder()
        for (arguments, reason) in [
            (["--scenario", "/nowhere"], "/nowhere cannot be read: there is no such file"),
            (["--scenario", folder.path], "cannot be read: it is a folder"),
            (["--alarms", folder.file("none/alarms")], "cannot be written: there is no folder \(folder.file("none"))"),
            (["--alarms", folder.path], "cannot be written: it is a folder"),
        ] {
            let output = try run(arguments + ["--port", "0", "--seconds", "0"])
            #expect(output.status != 0 && output.standardError.contains(reason), "\(output)")
            #expect(output.text.isEmpty, "before anything has begun: \(output.text)")
        }
    }

    /// A fleet that runs for hours does not end for a slip of the pen.
    @Test func aStepThatIsWrongIsToldAndPassedOver() throws {
        let folder = try TemporaryFolder()
        let nobody = try Ports.free()
        let steps = try folder.write(
            "raise all 1\n\nrase all 2\nreport all \(folder.file("none/alarms"))\nraise all 3\n", to: "steps")
        let output = try run([
            "--devices", "2", "--first-address", "127.22.0.1", "--port", "0", "--to", "127.0.0.1:\(nobody)",
            "--keep-alives-to", "127.0.0.1:\(nobody)", "--scenario", steps, "--seconds", "0.5",
        ])
        #expect(output.status == 0, "\(output)")
        #expect(output.standardError.contains("\(steps):3: “rase all 2” is no step: “rase” is no action"), "\(output)")
        #expect(output.standardError.contains("none/alarms cannot be written"), "\(output)")
        #expect(output.text.contains("raise all 3: 2 devices"), "\(output)")
        #expect(output.text.contains(#""standing":4}"#), "\(output)")
    }
}
