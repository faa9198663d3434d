import Foundation
import SNMPWire
import TestPeers
import Testing

@testable import MIBCatalog

/// Whatever lies in a user's folder, the rest is loaded, and each problem is told once.
struct CatalogLoaderTests {
    private func load(_ modules: [String: String]) throws -> (catalog: Catalog, problems: [CatalogProblem]) {
        let folder = try folder(modules)
        let (catalog, problems) = Catalog.load(directories: [folder.path, Bundled.folder])
        // The bundled modules are there, whatever the user's are.
        #expect(catalog.nodeCount >= Bundled.catalog.nodeCount)
        for name in ["IF-MIB::linkDown", "AcBoard::acKeepAlive", "BRIDGE-MIB::newRoot"] {
            #expect(catalog.node(named: name) != nil, "\(name)")
        }
        let relative = problems.map {
            CatalogProblem(
                file: $0.file?.replacing(folder.path + "/", with: ""), line: $0.line,
                message: $0.message.replacing(folder.path + "/", with: ""))
        }
        return (catalog, relative)
    }

    // MARK: - Good modules

    @Test func usersModuleIsLoadedBesideTheBundledOnes() throws {
        let (catalog, problems) = try load([
            "USER-MIB": module("USER-MIB", body: notification("userTrap", "{ usermibRoot 0 1 }"))
        ])
        #expect(problems == [])
        #expect(catalog.oid(named: "USER-MIB::userTrap")?.description == "1.3.6.1.4.1.99999.1.0.1")
        #expect(catalog.modules.contains("USER-MIB"))
    }

    @Test(arguments: ["UPS-MIB", "vendor-ups.mib", "zzz.txt"])
    func usersModuleReplacesTheBundledOneWhateverItsFileIsCalled(file: String) throws {
        let text = try Bundled.text(of: "UPS-MIB").replacing("upsTrapOnBattery", with: "upsTrapMainsLost")
        let folder = try folder([file: text])
        let (catalog, problems) = Catalog.load(directories: [folder.path, Bundled.folder])
        #expect(problems == [])
        #expect(catalog.node(named: "UPS-MIB::upsTrapMainsLost") != nil)
        #expect(catalog.node(named: "UPS-MIB::upsTrapOnBattery") == nil)
    }

    @Test func earlierOfTwoFoldersWins() throws {
        let first = try folder(["USER-MIB": module("USER-MIB", body: notification("first", "{ usermibRoot 0 1 }"))])
        let second = try folder(["USER-MIB": module("USER-MIB", body: notification("second", "{ usermibRoot 0 1 }"))])
        let (catalog, problems) = Catalog.load(directories: [first.path, second.path, Bundled.folder])
        #expect(problems == [])
        #expect(catalog.node(named: "USER-MIB::first") != nil)
        #expect(catalog.node(named: "second") == nil)
    }

    @Test func fileOfSeveralModulesIsLoadedWhole() throws {
        let one = module("ONE-MIB", body: notification("one", "{ onemibRoot 0 1 }"))
        let two = module("TWO-MIB", number: 2, body: notification("two", "{ twomibRoot 0 1 }"))
        let user = module(
            "USER-MIB", imports: "twomibRoot FROM TWO-MIB", number: 3, body: notification("three", "{ twomibRoot 3 }"))
        let (catalog, problems) = try load(["all.mib": one + two, "USER-MIB": user])
        #expect(problems == [])
        for name in ["ONE-MIB::one", "TWO-MIB::two", "USER-MIB::three"] {
            #expect(catalog.node(named: name) != nil, "\(name)")
        }
    }

    @Test func trapOfSMIv1IsANotification() throws {
        let text = """
            OLD-MIB DEFINITIONS ::= BEGIN
            IMPORTS enterprises FROM RFC1155-SMI OBJECT-TYPE FROM RFC-1212 TRAP-TYPE FROM RFC-1215;
            oldRoot OBJECT IDENTIFIER ::= { enterprises 99999 }
            oldValue OBJECT-TYPE SYNTAX INTEGER ACCESS read-only STATUS mandatory DESCRIPTION "A value."
                ::= { oldRoot 1 }
            oldTrap TRAP-TYPE ENTERPRISE oldRoot VARIABLES { oldValue } DESCRIPTION "It happened." ::= 5
            END
            """
        let (catalog, problems) = try load(["OLD-MIB": text])
        #expect(problems == [])
        let node = try #require(catalog.node(named: "OLD-MIB::oldTrap"))
        #expect(node.kind == .notification)
        #expect(node.objects == ["oldValue"])
        // RFC 3584 §3.1: the trap's number under the enterprise and a 0.
        #expect(node.oid.description == "1.3.6.1.4.1.99999.0.5")
    }

    // MARK: - Broken modules

    @Test func syntaxErrorIsToldOnceWithItsLine() throws {
        let broken = module("USER-MIB", body: "userValue OBJECT-TYPE SYNTAX Integer32 MAX-ACCESS sometimes")
        let (_, problems) = try load(["USER-MIB": broken])
        #expect(problems.map(\.description) == ["USER-MIB:5: Bad ACCESS type (sometimes)"])
    }

    @Test func brokenModuleGivesWayToTheBundledOne() throws {
        let broken = try Bundled.text(of: "IF-MIB").replacing("MAX-ACCESS", with: "MAX-ACCESSES")
        let (catalog, problems) = try load(["IF-MIB": broken])
        #expect(problems.count == 2)
        #expect(problems.allSatisfy { $0.file == "IF-MIB" })
        #expect(problems.last?.message == "left out for this; the module is taken from a later folder")
        #expect(catalog.node(named: "IF-MIB::ifOperStatus") != nil)
        #expect(catalog.modules.contains("IF-MIB"))
    }

    @Test(arguments: [0.2, 0.5, 0.9, 0.999])
    func truncatedModuleGivesWayToTheBundledOne(part: Double) throws {
        let text = try Bundled.text(of: "IF-MIB")
        let cut = String(text.prefix(Int(Double(text.count) * part)))
        let (catalog, problems) = try load(["IF-MIB": cut])
        #expect(problems.count == 1)
        #expect(problems.first?.message == "the file ends before module IF-MIB does, left out")
        #expect(catalog.node(named: "IF-MIB::linkUp") != nil)
    }

    @Test func missingModuleIsToldAndTheRestOfTheFileStays() throws {
        let user = module(
            "USER-MIB", imports: "gone, goneToo FROM NOWHERE-MIB",
            body: """
                \(notification("userTrap", "{ usermibRoot 0 1 }"))
                orphan OBJECT IDENTIFIER ::= { gone 1 }
                orphansChild OBJECT IDENTIFIER ::= { orphan 1 }
                """)
        let (catalog, problems) = try load(["USER-MIB": user])
        #expect(
            problems.map(\.description) == [
                "USER-MIB:3: needs module NOWHERE-MIB, which is in none of the folders",
                "USER-MIB:6: orphan stands under gone, which is neither defined nor imported",
            ])
        #expect(catalog.node(named: "USER-MIB::userTrap") != nil)
        #expect(catalog.node(named: "orphan") == nil)
    }

    @Test func missingNameIsToldWithTheLineOfItsImport() throws {
        let user = module("USER-MIB", imports: "notThere, norThis FROM IF-MIB")
        let (_, problems) = try load(["USER-MIB": user])
        #expect(problems.map(\.description) == ["USER-MIB:3: imports notThere, norThis from IF-MIB, which has none"])
    }

    @Test func modulesThatImportEachOtherAreLoaded() throws {
        let one = module(
            "ONE-MIB", imports: "twomibRoot FROM TWO-MIB", body: notification("one", "{ onemibRoot 0 1 }"))
        let two = module(
            "TWO-MIB", imports: "onemibRoot FROM ONE-MIB", number: 2, body: notification("two", "{ twomibRoot 0 1 }"))
        let itself = module(
            "SELF-MIB", imports: "selfmibRoot FROM SELF-MIB", number: 3,
            body: notification("itself", "{ selfmibRoot 0 1 }"))
        let (catalog, problems) = try load(["ONE-MIB": one, "TWO-MIB": two, "SELF-MIB": itself])
        #expect(problems.count <= 2)
        for name in ["ONE-MIB::one", "TWO-MIB::two", "SELF-MIB::itself"] {
            #expect(catalog.node(named: name) != nil, "\(name)")
        }
    }

    @Test func identifiersThatStandUnderEachOtherAreTold() throws {
        let user = module(
            "USER-MIB",
            body: """
                snake OBJECT IDENTIFIER ::= { tail 1 }
                tail OBJECT IDENTIFIER ::= { snake 1 }
                worm OBJECT IDENTIFIER ::= { worm 1 }
                """)
        let (catalog, problems) = try load(["USER-MIB": user])
        #expect(!problems.isEmpty && problems.count <= 3)
        #expect(catalog.node(named: "USER-MIB::usermibRoot") != nil)
    }

    @Test func fileWithSomethingBeforeItsModuleGivesWay() throws {
        let (catalog, problems) = try load(["UPS-MIB": "{ } " + Bundled.text(of: "UPS-MIB")])
        #expect(problems.map(\.description) == ["UPS-MIB: does not begin with a module, left out"])
        #expect(catalog.node(named: "UPS-MIB::upsTrapOnBattery") != nil)
    }

    /// A base module without the roots takes the ground from under all others.
    @Test func moduleThatTakesNamesFromTheBundledOnesGivesWay() throws {
        let text = try Bundled.text(of: "SNMPv2-SMI").replacing("mib-2 OBJECT", with: "mib-3 OBJECT")
        let (_, problems) = try load(["SNMPv2-SMI": text])
        #expect(problems.contains { $0.file == "SNMPv2-SMI" })
        #expect(problems.allSatisfy { !($0.file?.hasPrefix("/") ?? false) })
    }

    @Test func thingsThatAreNoModulesAreToldInPlainWords() throws {
        let folder = try folder(["README": "Nothing but prose.\n", "empty": "", ".hidden": "x", "copy~": "x"])
        try folder.write(Data([0x4d, 0x5a, 0, 1, 2, 0xff]), to: "program.exe")
        try FileManager.default.createDirectory(atPath: folder.file("old"), withIntermediateDirectories: false)
        let (catalog, problems) = Catalog.load(directories: [folder.path, Bundled.folder])
        #expect(catalog.nodeCount == Bundled.catalog.nodeCount)
        #expect(
            problems.map { $0.description.replacing(folder.path, with: "") } == [
                "/README: no MIB module in this file", "/empty: no MIB module in this file",
                "/program.exe:1: a NUL octet: this is no text, left out",
            ])
    }

    @Test func fileThatIsTooLargeAndPipeThatNobodyWritesAreLeftOut() throws {
        let folder = try TemporaryFolder()
        try folder.write(Data(count: ModuleFile.maximumSize + 1), to: "large")
        #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
        let (_, problems) = Catalog.load(directories: [folder.path, Bundled.folder])
        #expect(problems.map(\.message) == ["larger than 8 MiB, left out", "not a file, left out"])
    }

    @Test func missingFolderIsToldAndTheOthersAreLoaded() {
        let (catalog, problems) = Catalog.load(directories: ["/nonexistent/mibs", Bundled.folder])
        #expect(catalog.nodeCount == Bundled.catalog.nodeCount)
        #expect(
            problems.map(\.description) == ["/nonexistent/mibs: the folder cannot be read: No such file or directory"])
    }

    @Test func noFolderAtAllIsAnEmptyCatalog() {
        #expect(Catalog.load(directories: []).catalog.nodeCount == 0)
    }

    @Test func twoFilesOfOneModuleInAFolderAreTold() throws {
        let (_, problems) = try load(["a.mib": module("USER-MIB"), "b.mib": module("USER-MIB")])
        #expect(problems.map(\.description) == ["b.mib: module USER-MIB is also in a.mib, left out"])
    }

    @Test func complaintsWithoutEndAreBounded() throws {
        let orphans = (0..<3_000).map { "orphan\($0) OBJECT IDENTIFIER ::= { gone\($0) 1 }" }
        let (_, problems) = try load(["USER-MIB": module("USER-MIB", body: orphans.joined(separator: "\n"))])
        #expect(problems.count == ParserComplaints.maximumProblems + 1)
        #expect(problems.last?.message.hasPrefix("and ") ?? false)
    }

    /// net-snmp walks the tree by recursion; 100,000 levels are past any stack but the one it is given here.
    @Test func deeplyNestedModuleDoesNoHarm() throws {
        let levels = (1...100_000).map {
            "n\($0) OBJECT IDENTIFIER ::= { \($0 == 1 ? "usermibRoot" : "n\($0 - 1)") 1 }"
        }
        let (catalog, _) = try load(["USER-MIB": module("USER-MIB", body: levels.joined(separator: "\n"))])
        #expect(catalog.node(named: "n50")?.oid.arcCount == 58)
        // RFC 2578 §3.5: no OID has more than 128 arcs.
        #expect(catalog.node(named: "n500") == nil)
    }

    // MARK: - The machine around

    /// In a process of its own, whose environment no other test reads meanwhile.
    @Test func nothingOfTheMachinesOwnSettingsIsRead() async {
        await #expect(processExitsWith: .success) {
            let home = try TemporaryFolder()
            try home.write(module("HOME-MIB"), to: "HOME-MIB")
            try home.write("mibdirs \(home.path)\nmibs ALL\n", to: "snmp.conf")
            for (name, value) in [("SNMPCONFPATH", home.path), ("MIBDIRS", home.path), ("MIBS", "ALL")] {
                setenv(name, value, 1)
            }
            let (catalog, problems) = Catalog.load(directories: [Bundled.folder])
            try #require(problems == [])
            try #require(!catalog.modules.contains("HOME-MIB"))
            try #require(catalog.node(named: "homemibRoot") == nil)
        }
    }

    @Test func loadsInOneProcessKnowNothingOfEachOther() throws {
        let broken = module("USER-MIB", imports: "later FROM NOWHERE-MIB", body: "a OBJECT IDENTIFIER ::= { later 1 }")
        _ = try load(["USER-MIB": broken])
        // The name that was missing before is there now: nothing of the first load hangs itself on it.
        let (catalog, problems) = try load([
            "OTHER-MIB": module("OTHER-MIB", body: "later OBJECT IDENTIFIER ::= { othermibRoot 9 }")
        ])
        #expect(problems == [])
        #expect(catalog.node(named: "a") == nil)
        #expect(catalog.node(named: "later")?.oid.description == "1.3.6.1.4.1.99999.1.9")
    }

    @Test func loadsOfSeveralThreadsDoNotMix() async throws {
        try await withThrowingTaskGroup { group in
            for number in 1...8 {
                group.addTask {
                    let user = module("USER\(number)-MIB", number: number)
                    let folder = try folder(["USER\(number)-MIB": user])
                    let (catalog, problems) = Catalog.load(directories: [folder.path, Bundled.folder])
                    #expect(problems == [])
                    #expect(catalog.modules.filter { $0.hasPrefix("USER") && $0 != "UPS-MIB" } == ["USER\(number)-MIB"])
                    #expect(catalog.nodeCount == Bundled.catalog.nodeCount + 1)
                }
            }
            try await group.waitForAll()
        }
    }

    /// In a process of its own, to which no other test writes.
    @Test func nothingIsWrittenToStandardOutputOrError() async {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardErrorContent, \.standardOutputContent]
        ) {
            let text = module("USER-MIB", imports: "x FROM NOWHERE-MIB", body: "broken ::= ::=")
            let folder = try folder(["USER-MIB": text])
            let (_, problems) = Catalog.load(directories: [folder.path, Bundled.folder])
            try #require(!problems.isEmpty)
        }
        #expect(result.map { String(decoding: $0.standardErrorContent, as: UTF8.self) } == "")
        #expect(result.map { String(decoding: $0.standardOutputContent, as: UTF8.self) } == "")
    }

    @Test func checkTellsAFoldersProblemsOverTheBundledModules() throws {
        let good = try folder(["USER-MIB": module("USER-MIB", imports: "ifIndex FROM IF-MIB")])
        #expect(Catalog.check(directories: [good.path], bundled: Bundled.folder).problems == [])
        let bad = try folder(["USER-MIB": module("USER-MIB", imports: "ifIndexx FROM IF-MIB")])
        #expect(Catalog.check(directories: [bad.path], bundled: Bundled.folder).problems.count == 1)
        #expect(Catalog.check(directories: [bad.path], bundled: nil).problems.count > 1)
    }

    private func notification(_ name: String, _ oid: String) -> String {
        "\(name) NOTIFICATION-TYPE STATUS current DESCRIPTION \"It happened.\" ::= \(oid)"
    }
}
