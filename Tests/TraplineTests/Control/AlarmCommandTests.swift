import Basics
import Foundation
import TestPeers
import Testing

/// What operators do to alarms, with the real program: beside a running server, against a stopped one's folder, and
/// where nothing can be written.
@Suite(.serialized) struct AlarmCommandTests {
    @Test func alarmsAreAcknowledgedNotedAndClearedByHand() async throws {
        let folder = try TemporaryFolder()
        let server = try OperatedServer(folder)
        try server.link("down", 7)
        try server.link("down", 8)
        let areUp = try await Poll.eventually { try server.active().count == 2 }
        #expect(areUp, "\(server.process.output)")

        #expect(
            try server.text("alarms", "ack", "--source", "ifIndex.7", "--note", "mine", "--as", "anna")
                == "1 alarm acknowledged\n")
        let acknowledged = try server.active("--acknowledged")
        #expect(acknowledged.map { $0["source"] as? String } == ["ifIndex.7"], "at once: the command waits for it")
        let remark = acknowledged.first?["acknowledged"] as? [String: String]
        #expect(remark?["text"] == "mine" && remark?["by"]?.hasPrefix("anna (") == true, "\(acknowledged)")
        #expect(try server.text("events").contains("anna ("), "who did it")
        let taken = acknowledged.first?["id"] as? Int ?? 0
        let deed = " has acknowledged alarm \(taken) (linkDown ifIndex.7 of 127.0.0.1): mine\n"
        #expect(try server.text("events").contains(deed))
        let replaced = try server.text("alarms", "ack", "--source", "ifIndex.7", "--as", "bert")
        #expect(replaced.hasPrefix("1 alarm acknowledged, as it was by anna (") && replaced.hasSuffix(") before\n"))
        #expect(try !server.text("alarms", "ack", "--source", "ifIndex.7", "--as", "bert").contains("before"))
        #expect(try server.active("--no-acknowledged").map { $0["source"] as? String } == ["ifIndex.8"])

        let number = try #require(server.active("--source", "ifIndex.8").first?["id"] as? Int)
        #expect(try server.text("alarms", "note", "\(number)", "--text", "cable 4") == "1 alarm noted\n")
        #expect(try server.text("alarms").contains("(note by "))
        #expect(try server.text("alarms", "unack", "--all") == "1 alarm no longer acknowledged\n")
        #expect(try server.active("--acknowledged").isEmpty)
        let nobodys = try server.run("alarms", "unack", "--all")
        #expect(nobodys.status == 1 && nobodys.standardError.contains("nobody has acknowledged that"), "\(nobodys)")

        #expect(try server.text("alarms", "clear", "\(number)", "--note", "replaced") == "1 alarm cleared\n")
        #expect(try server.active().map { $0["source"] as? String } == ["ifIndex.7"])
        let isDelivered = try await server.eventually(
            ["raised ifIndex.7", "raised ifIndex.8", "cleared ifIndex.8 cleared by hand"])
        #expect(isDelivered, "\(server.got)")
        let history = try OperatedServer.list(["alarms", "--history", "--json"], folder).compactMap {
            $0["history"] as? [String: Any]
        }
        #expect(history.map { $0["source"] as? String } == ["ifIndex.8"])
        #expect(
            history.first?["reason"] as? String == "cleared by hand" && history.first?["severity"] as? String == "major"
        )
        #expect(try server.text("alarms", "--history", "--severity", "minor").isEmpty)
        let past = try server.text("alarms", "--history")
        #expect(past.contains("  cleared        127.0.0.1  linkDown  ifIndex.8  ") && past.contains("(was major)"))

        let audit = try OperatedServer.list(["audit", "--json"], folder)
        #expect(
            audit.map { $0["action"] as? String } == [
                "alarms ack", "alarms ack", "alarms ack", "alarms note", "alarms unack", "alarms clear",
            ])
        #expect(audit.allSatisfy { $0["outcome"] as? String == "done" })
        #expect((audit.first?["by"] as? String)?.hasPrefix("anna (") == true)
        #expect(
            try server.text("audit", "--last", "1").contains(
                "alarms clear  alarm \(number): linkDown ifIndex.8 of 127.0.0.1  (replaced)"))
        server.process.stop()
    }

    @Test func whatMakesNoSenseIsRefused() async throws {
        let folder = try TemporaryFolder()
        let server = try OperatedServer(folder)
        try server.link("down", 7)
        let isUp = try await Poll.eventually { try server.active().count == 1 }
        #expect(isUp)
        let number = try #require(server.active().first?["id"] as? Int)
        let wrong: [([String], String)] = [
            (["alarms", "ack"], "say which"), (["alarms", "ack", "--all", "7"], "--all stands alone"),
            (["alarms", "ack", "99999"], "no alarm 99999 stands"),
            (["alarms", "clear", "--device", "nobody"], "no such alarm stands"),
            (["alarms", "ack", "\(number)", "--source", "ifIndex.2"], "no such alarm stands"),
            (["alarms", "note", "--all"], "--text"),
            (["alarms", "ack", "--all", "--as", "two\nlines"], "a name has"),
            (["alarms", "--severity", "bad"], "bad is none of"),
            (["alarms", "silence", "--for", "1h"], "say which alarms"),
            (["alarms", "silence", "--alarm", "x"], "say --for 2h"),
            (["alarms", "silence", "--alarm", "x", "--for", "1h", "--until", "2h"], "say --for 2h"),
            (["alarms", "silence", "--alarm", "x", "--until", "2020-01-01T00:00:00Z"], "is past"),
            (["alarms", "silence", "--alarm", "x", "--for", "400d"], "within 366 days"),
            (["alarms", "silence", "--alarm", "x", "--for", "soon"], "expected a time"),
            (["alarms", "unsilence", "5"], "no such silence"),
        ]
        for (arguments, reason) in wrong {
            let output = try TraplineProgram.run(arguments + ["--data", folder.file("data")])
            #expect(output.status != 0 && output.standardError.contains(reason), "\(arguments): \(output)")
        }
        #expect(try server.text("audit").isEmpty, "nothing of it was journaled")
        #expect(try server.active().count == 1)
        server.process.stop()
    }

    @Test func againstAStoppedServersFolderItIsDoneAtTheNextStart() async throws {
        let folder = try TemporaryFolder()
        var server = try OperatedServer(folder)
        try server.link("down", 7)
        let isUp = try await Poll.eventually { try server.active().count == 1 }
        #expect(isUp)
        server.process.stop()
        let said = try server.text("alarms", "clear", "--alarm", "linkDown")
        #expect(said == "1 alarm cleared; no server runs: at its next start\n")
        #expect(try server.active().count == 1)
        server = try OperatedServer(folder)
        let isGone = try await Poll.eventually { try server.active().isEmpty }
        #expect(isGone, "\(server.process.output)")
        #expect(try server.text("audit").contains("alarms clear"))
        try server.link("down", 7)
        let isBack = try await Poll.eventually { try server.active().count == 1 }
        #expect(isBack, "its device raised it anew")
        server.process.stop()
    }

    @Test func aNameThatNobodyHasIsToldOf() async throws {
        let folder = try TemporaryFolder()
        let server = try OperatedServer(folder)
        try server.link("down", 7)
        let isUp = try await Poll.eventually { try server.active().count == 1 }
        #expect(isUp)
        for (arguments, name) in [
            (["alarms", "--device", "edge-7"], "device=edge-7"),
            (["alarms", "--history", "--group", "cor"], "group=cor"),
            (["events", "--site", "nrth"], "site=nrth"), (["devices", "--tenant", "acm"], "tenant=acm"),
            (["alarms", "silence", "--device", "edge-7", "--for", "1h"], "device=edge-7"),
        ] {
            let output = try TraplineProgram.run(arguments + ["--data", folder.file("data")])
            #expect(output.status == 0, "\(arguments): \(output)")
            #expect(output.standardError.contains("warning: no known device has \(name);"), "\(arguments): \(output)")
        }
        for arguments in [
            ["alarms", "--device", "127.0.0.*", "--alarm", "none"], ["events", "--site", "", "--alarm", "none"],
            ["alarms", "silence", "--device", "trapline", "--for", "1h"], ["alarms", "--device", "site:north"],
        ] {
            let output = try TraplineProgram.run(arguments + ["--data", folder.file("data")])
            #expect(output.status == 0 && output.standardError.isEmpty, "\(arguments): \(output)")
        }
        #expect(try server.text("alarms", "silences").contains("device=edge-7"), "it may come")
        let said = try server.text("events", "--alarm", "traplineSilenceBegun")
        #expect(said.contains("has silenced device=edge-7 from ") && said.hasSuffix("Z\n"), "no colon: \(said)")
        server.process.stop()
    }

    // MARK: - Silences

    @Test func aSilenceHoldsBackAndItsEndTells() async throws {
        let folder = try TemporaryFolder()
        let server = try OperatedServer(folder)
        let said = try server.text("alarms", "silence", "--alarm", "linkDown", "--for", "1h", "--reason", "works")
        let number = try #require(said.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        #expect(said.hasPrefix("silence \(number) of alarm=linkDown until "), "\(said)")
        let silences = try OperatedServer.list(["alarms", "silences", "--json"], folder)
        #expect(silences.map { $0["reason"] as? String } == ["works"])
        try server.link("down", 7)
        try server.link("down", 8)
        try server.link("up", 8)
        let isSeen = try await Poll.eventually { try server.text("events").contains("ifIndex.8  Interface 8 is up") }
        #expect(isSeen, "the event log is complete: \(server.got)")
        #expect(try server.delivered().isEmpty)
        #expect(try server.text("alarms", "unsilence", "\(number)") == "silence \(number) ended\n")
        let isTold = try await server.eventually(["raised ifIndex.7 silence \(number) ended"])
        #expect(isTold, "\(server.got)")
        try server.link("up", 7)
        let isClosed = try await server.eventually(["raised ifIndex.7 silence \(number) ended", "cleared ifIndex.7"])
        #expect(isClosed, "\(server.got)")
        #expect(try server.text("alarms", "silences").isEmpty)
        server.process.stop()
    }

    @Test func aSilenceEndsByItselfThroughAKill() async throws {
        let folder = try TemporaryFolder()
        var server = try OperatedServer(folder)
        let said = try server.text("alarms", "silence", "--source", "ifIndex.*", "--for", "4s")
        let number = try #require(said.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        try server.link("down", 7)
        server.process.kill()
        #expect(try server.delivered().isEmpty)
        server = try OperatedServer(folder)
        let isTold = try await server.eventually(["raised ifIndex.7 silence \(number) ended"])
        #expect(isTold, "\(server.got) \(server.process.output)")
        let ends = try OperatedServer.list(["audit", "--json"], folder).filter {
            $0["action"] as? String == "alarms unsilence"
        }
        #expect(ends.map { $0["by"] as? String } == ["trapline"])
        server.process.stop()
    }

    @Test func aDeviceInMaintenanceIsHeldBack() async throws {
        let folder = try TemporaryFolder()
        let server = try OperatedServer(folder)
        try server.link("down", 7)
        let isUp = try await server.eventually(["raised ifIndex.7"])
        #expect(isUp)
        let unknown = try server.run("devices", "maintenance", "10.9.9.9", "--for", "1h")
        #expect(unknown.status == 1 && unknown.standardError.contains("no device 10.9.9.9 is known"), "\(unknown)")
        let early = try server.run("devices", "maintenance", "127.0.0.1", "--off")
        #expect(early.status == 1 && early.standardError.contains("127.0.0.1 is not in maintenance"), "\(early)")
        let said = try server.text("devices", "maintenance", "127.0.0.1", "--for", "1h", "--reason", "swap")
        #expect(said.hasPrefix("127.0.0.1 is in maintenance until ") && !said.contains("takes"), "\(said)")
        let again = try server.text("devices", "maintenance", "127.0.0.1", "--for", "2h", "--reason", "longer")
        #expect(again.contains("; that takes the place of the one that ") && again.contains(" (swap)"), "\(again)")
        try server.link("down", 8)
        try server.link("up", 7)
        let isClosed = try await server.eventually(["raised ifIndex.7", "cleared ifIndex.7"])
        #expect(isClosed, "a ticket opened is closed: \(server.got)")
        #expect(try server.text("devices", "maintenance", "127.0.0.1", "--off").contains("has ended"))
        let isTold = try await server.eventually(
            ["raised ifIndex.7", "cleared ifIndex.7", "raised ifIndex.8 maintenance ended"])
        #expect(isTold, "\(server.got)")
        #expect(try server.text("audit").contains("devices maintenance  device 127.0.0.1, until "))
        server.process.stop()
    }

    // MARK: - Rows that wait

    @Test func onlyWhatStillStandsIsSent() async throws {
        let folder = try TemporaryFolder()
        let server = try OperatedServer(folder, routes: "- {name: later, to: archive, after: 2s}")
        try server.link("down", 7)
        try server.link("down", 8)
        try server.link("up", 8)
        let isTold = try await server.eventually(["raised ifIndex.7 still standing"])
        #expect(isTold, "\(server.got)")
        let line = try String(contentsOfFile: folder.file("archive.jsonl"), encoding: .utf8)
        let notification = try OperatedServer.objects(line).first?["notification"] as? [String: Any]
        #expect(notification?["name"] as? String == "IF-MIB::linkDown", "what it was raised by comes with it: \(line)")
        try server.link("up", 7)
        let isClosed = try await server.eventually(["raised ifIndex.7 still standing", "cleared ifIndex.7"])
        #expect(isClosed, "\(server.got)")
        server.process.stop()
    }

    // MARK: - Reading

    @Test func eventsAreFilteredAndFollowed() async throws {
        let folder = try TemporaryFolder()
        let server = try OperatedServer(folder)
        let before = Timestamp.now
        for interface in 1...3 { try server.link("down", interface) }
        try server.link("up", 2)
        func sources(_ filter: String...) throws -> [String?] {
            try OperatedServer.list(["events", "--json"] + filter, folder).map { $0["source"] as? String }
        }
        let isThere = try await Poll.eventually { try sources("--transition", "cleared") == ["ifIndex.2"] }
        #expect(isThere)
        #expect(try sources("--alarm", "link*", "--last", "2") == ["ifIndex.3", "ifIndex.2"], "the last that match")
        #expect(try sources("--source", "ifIndex.2") == ["ifIndex.2", "ifIndex.2"])
        #expect(try sources("--device", "127.0.0.1", "--transition", "raised", "--severity", ">=major").count == 3)
        #expect(try sources("--device", "10.*").isEmpty)
        #expect(try sources("--since", "\(before)", "--alarm", "linkDown").count == 4)
        #expect(try sources("--until", "\(before)", "--alarm", "linkDown").isEmpty)
        #expect(try sources("--since", "1h", "--transition", "raised").count == 3)
        #expect(try TraplineProgram.run(["events", "--transition", "exploded"]).status != 0)

        let follower = try ServerProcess(
            try TraplineProgram.path(),
            ["events", "--follow", "--json", "--source", "ifIndex.9", "--last", "0", "--data", folder.file("data")],
            folder: folder.path, isReady: { true })
        try server.link("down", 8)
        try server.link("down", 9)
        let isFollowed = try await Poll.eventually {
            try OperatedServer.objects(String(contentsOfFile: follower.logFile, encoding: .utf8)).map {
                $0["source"] as? String
            }
                == ["ifIndex.9"]
        }
        #expect(isFollowed)
        follower.stop()
        server.process.stop()
    }

    /// The data folder on a medium that takes no writes, as a backup or another machine's disk is looked at.
    @Test func aFolderThatCannotBeWrittenIsRead() async throws {
        let folder = try TemporaryFolder()
        let server = try OperatedServer(folder)
        try server.link("down", 7)
        try server.link("down", 8)
        try server.link("up", 8)
        _ = try server.text("alarms", "silence", "--alarm", "fan*", "--for", "1h")
        let isUp = try await Poll.eventually { try server.text("alarms", "--history").contains("ifIndex.8") }
        #expect(isUp)
        server.process.stop()
        let data = folder.file("data")
        func readOnly(_ arguments: [String]) throws -> Command.Output {
            let script = "mount --bind \(data) \(data) && mount -o remount,bind,ro \(data) && exec \"$@\""
            return try Command.run(
                "unshare", ["-m", "sh", "-c", script, "sh", try TraplineProgram.path()] + arguments + ["--data", data])
        }
        for (arguments, expected) in [
            (["alarms"], "ifIndex.7"), (["alarms", "--history"], "ifIndex.8"), (["events"], "ifIndex.7"),
            (["alarms", "silences"], "alarm=fan*"), (["audit"], "alarms silence"), (["devices"], "127.0.0.1"),
        ] {
            let output = try readOnly(arguments)
            #expect(output.status == 0 && output.text.contains(expected), "\(arguments): \(output)")
        }
        let refused = try readOnly(["alarms", "clear", "--all"])
        #expect(refused.status == 1 && !refused.standardError.isEmpty, "\(refused)")
    }
}
