import Foundation
import MIBCatalog
import SNMPWire
import TestPeers
import Testing

/// A wrong number in a module agrees with itself, so that the catalog is held against the tables the modules were
/// written from.
struct CatalogFactsTests {
    @Test func bundledModulesLoadWithoutAComplaint() {
        #expect(Bundled.loaded.problems.map(\.description) == [])
        #expect(Bundled.catalog.nodeCount > 3_000)
    }

    @Test(arguments: [
        "SNMPv2-SMI", "SNMPv2-TC", "SNMPv2-CONF", "RFC1155-SMI", "RFC-1212", "RFC-1215", "SNMPv2-MIB", "IF-MIB",
        "IANAifType-MIB", "INET-ADDRESS-MIB", "SNMP-FRAMEWORK-MIB", "SNMP-USER-BASED-SM-MIB", "SNMP-MPD-MIB",
        "SNMP-TARGET-MIB", "SNMP-NOTIFICATION-MIB", "SNMP-COMMUNITY-MIB", "ENTITY-MIB", "ENTITY-SENSOR-MIB",
        "ENTITY-STATE-MIB", "BRIDGE-MIB", "BGP4-MIB", "OSPF-MIB", "OSPF-TRAP-MIB", "UPS-MIB", "RMON-MIB",
        "DISMAN-EVENT-MIB", "ALARM-MIB", "DS1-MIB", "LLDP-MIB", "POWER-ETHERNET-MIB", "NOTIFICATION-LOG-MIB",
        "RTCPXR-MIB", "AcBoard", "AcAlarm", "AC-FAULT-TC", "AC-SYSTEM-MIB", "TRAPLINE-MIB",
    ])
    func moduleIsBundled(name: String) {
        #expect(Bundled.catalog.modules.contains(name))
    }

    @Test func netSNMPsOwnToolsHaveNoComplaintEither() throws {
        // -Pe errors, -Pw warnings, -Pu underscores, -Pd descriptions.
        let output = try Command.run(
            "snmptranslate", ["-M", Bundled.folder, "-m", "ALL", "-Pewud", "-On", "IF-MIB::linkDown"],
            environment: isolated)
        #expect(output.standardError == "")
        #expect(output.text == ".1.3.6.1.6.3.1.1.5.3\n")
    }

    @Test func everyObjectIsAsTheFactsHaveIt() throws {
        let rows = try FactTable("mib-objects").rows.filter { !$0["name"].contains("#") }
        #expect(rows.count > 3_000)
        for row in rows { expectNode(row) }
    }

    /// Nothing is in the modules that the facts do not have, but what the vendor's documents add to its module of 2012.
    @Test func nothingElseIsInTheModules() throws {
        let rows = try FactTable("mib-objects").rows
        let modules = Set(rows.map { $0["module"] })
        let known = Set(rows.map { "\($0["module"])::\($0["name"])" })
        let others = Bundled.catalog.nodes.filter { modules.contains($0.module) }.map(\.qualifiedName)
            .filter { !known.contains($0) }
        #expect(
            Set(others) == [
                "AcBoard::acBoardTrapGlobalsDeviceDescription", "AcBoard::acBoardTrapGlobalsSystemSerialNumber",
                "AcBoard::acCertificateExpiryAlarm", "AcBoard::acCloudLicenseManagerAlarm",
                "AcBoard::acAnalogLineLeftOffhookAlarm", "AcBoard::acNoReplyFromDNSServerAlarm",
            ])
    }

    @Test(arguments: [
        (128, "acCertificateExpiryAlarm"), (132, "acCloudLicenseManagerAlarm"), (141, "acAnalogLineLeftOffhookAlarm"),
        (155, "acNoReplyFromDNSServerAlarm"), (100, "acIDSThresholdCrossNotification"), (16, "acKeepAlive"),
    ])
    func vendorTrapHasItsNumber(number: Int, name: String) throws {
        let node = try #require(Bundled.catalog.node(named: "AcBoard::\(name)"))
        #expect(node.oid.description == "1.3.6.1.4.1.5003.9.10.1.21.2.0.\(number)")
        #expect(node.kind == .notification)
        #expect(
            node.objects.prefix(4) == [
                "acBoardTrapGlobalsName", "acBoardTrapGlobalsTextualDescription", "acBoardTrapGlobalsSource",
                "acBoardTrapGlobalsSeverity",
            ])
    }

    @Test(arguments: [(15, "acBoardTrapGlobalsDeviceDescription"), (16, "acBoardTrapGlobalsSystemSerialNumber")])
    func documentedVariableHasItsNumber(number: Int, name: String) throws {
        let oid = try #require(OID("1.3.6.1.4.1.5003.9.10.1.21.1.\(number)"))
        #expect(Bundled.catalog.name(of: oid) == "AcBoard::\(name)")
    }

    /// The names of these three are guesses, which a catalog must not pass off as knowledge.
    @Test(arguments: 12...14)
    func guessedVariableStaysNumeric(number: Int) throws {
        let oid = try #require(OID("1.3.6.1.4.1.5003.9.10.1.21.1.\(number).0"))
        #expect(Bundled.catalog.name(of: oid) == "AcBoard::acBoardTrapGlobals.\(number).0")
    }

    @Test func everyTextualConventionIsAsTheFactsHaveIt() throws {
        let rows = try FactTable("textual-conventions").rows
        // net-snmp keeps conventions to itself, so that each gets an object, in a module for each module of theirs.
        let byModule = Dictionary(grouping: rows.enumerated(), by: { $0.element["module"] })
        var modules: [String: String] = [:]
        for (number, (name, conventions)) in byModule.sorted(by: { $0.key < $1.key }).enumerated() {
            let objects = conventions.map { offset, row in
                """
                convention\(offset) OBJECT-TYPE
                    SYNTAX \(row["name"])
                    MAX-ACCESS read-only
                    STATUS current
                    DESCRIPTION "Has the convention."
                    ::= { enterprises 99999 \(number + 1) \(offset + 1) }
                """
            }
            let names = conventions.map { $0.element["name"] }.joined(separator: ", ")
            modules["PROBE\(number)-MIB"] = """
                PROBE\(number)-MIB DEFINITIONS ::= BEGIN
                IMPORTS OBJECT-TYPE, enterprises FROM SNMPv2-SMI \(names) FROM \(name);
                \(objects.joined(separator: "\n"))
                END
                """
        }
        let folder = try folder(modules)
        let (catalog, problems) = Catalog.load(directories: [folder.path, Bundled.folder])
        #expect(problems.map(\.description) == [])
        for (offset, row) in rows.enumerated() {
            let node = try #require(catalog.node(named: "convention\(offset)"))
            let syntax = row["syntax"]
            #expect(node.textualConvention == row["name"])
            #expect(node.displayHint ?? "" == row["hint"], "\(row["name"])")
            #expect(syntax.hasPrefix(node.syntax), "\(row["name"]): \(node.syntax)")
            if syntax.contains("{") { #expect(node.enumeration == enumeration(in: syntax), "\(row["name"])") }
            if !syntax.contains("{"), !syntax.contains("'") {
                #expect(node.ranges == conventionRanges(in: syntax), "\(row["name"])")
            }
        }
    }

    private func expectNode(_ row: FactTable.Row) {
        let name = "\(row["module"])::\(row["name"])"
        guard let node = Bundled.catalog.node(named: name) else {
            Issue.record("\(name) is not in the catalog")
            return
        }
        #expect(node.oid.description == row["oid"], "\(name)")
        #expect(kinds(row).contains(node.kind), "\(name) is a \(node.kind), not a \(row["kind"])")
        #expect(node.syntax == Self.syntaxes[row["kind"]] ?? "", "\(name)")
        #expect(node.displayHint ?? "" == row["hint"], "\(name)")
        #expect(node.units ?? "" == row["units"], "\(name)")
        #expect(node.enumeration == enumeration(in: row["enums"]), "\(name)")
        #expect(node.ranges == ranges(row["ranges"]), "\(name)")
        #expect(node.objects == row["objects"].split(separator: ",").map(String.init), "\(name)")
        if node.kind == .row, !row["indexes"].isEmpty {
            let indexes = node.indexes.map { ($0.isImplied ? "IMPLIED " : "") + $0.name }
            #expect(indexes == row["indexes"].split(separator: ",").map(String.init), "\(name)")
        }
        if Self.syntaxes[row["kind"]] != nil {
            // The same by number, which is how a datagram asks.
            let instance = Bundled.catalog.name(of: node.oid.appending(0))
            #expect(instance.hasPrefix(name + ".") || instance == "DISMAN-EVENT-MIB::sysUpTimeInstance", "\(instance)")
        }
    }

    private static let syntaxes = [
        "integer": "INTEGER", "integer32": "Integer32", "unsigned32": "Unsigned32", "octets": "OCTET STRING",
        "bits": "BITS", "counter": "Counter32", "gauge": "Gauge32", "objid": "OBJECT IDENTIFIER",
        "timeticks": "TimeTicks", "ipaddr": "IpAddress", "counter64": "Counter64", "opaque": "Opaque",
    ]

    private func kinds(_ row: FactTable.Row) -> Set<MIBNode.Kind> {
        switch row["kind"] {
        case "module": [.moduleIdentity]
        case "identity": [.objectIdentity]
        case "notification": [.notification]
        case "modcomp": [.moduleCompliance]
        // What a group holds is not among the facts, and a group without it is not valid SMI: the modules keep the
        // names and numbers of groups as plain identities.
        case "objgroup", "notifgroup": [.objectIdentity]
        case "node": row["indexes"].isEmpty ? [.node, .table, .row] : [.row]
        default: [.scalar, .column]
        }
    }

    /// `up(1),down(2)`, with or without blanks.
    private func enumeration(in text: String) -> [Int32: String] {
        Dictionary(
            text.matches(of: /([A-Za-z][A-Za-z0-9-]*)\s*\(\s*(-?\d+)\s*\)/).compactMap { match in
                Int32(match.2).map { ($0, String(match.1)) }
            }
        ) { first, _ in first }
    }

    /// `0..0,5..32`; the table has 4294967295 as -1, as net-snmp does.
    private func ranges(_ text: String) -> [ClosedRange<Int64>] {
        text.matches(of: /(-?\d+)\.\.(-?\d+)/).compactMap { match in
            guard let low = Int64(match.1), let high = Int64(match.2) else { return nil }
            return low...(high < low ? high & 0xffff_ffff : high)
        }
    }

    /// The part of a syntax in parentheses: `(SIZE (0 | 5..32))`.
    private func conventionRanges(in syntax: String) -> [ClosedRange<Int64>] {
        let inner = syntax.drop { $0 != "(" }.replacing("SIZE", with: "").filter { !"() ".contains($0) }
        return inner.split(separator: "|").compactMap { part in
            let bounds = part.split(separator: ".").compactMap { Int64($0) }
            return bounds.first.flatMap { low in bounds.last.map { low...$0 } }
        }
    }
}

/// What net-snmp's tools are started with, so that this machine's own settings have no part in a test.
let isolated = [
    "SNMPCONFPATH": "/nonexistent", "SNMP_PERSISTENT_DIR": "/nonexistent", "MIBS": "", "HOME": "/nonexistent",
]
