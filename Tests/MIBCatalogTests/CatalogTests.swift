import Foundation
import SNMPWire
import TestPeers
import Testing

@testable import MIBCatalog

struct CatalogTests {
    private let catalog = Bundled.catalog

    // MARK: - Names of OIDs

    @Test(arguments: [
        ("1.3.6.1.6.3.1.1.5.3", "IF-MIB::linkDown"),
        ("1.3.6.1.2.1.2.2.1.8.7", "IF-MIB::ifOperStatus.7"),
        ("1.3.6.1.2.1.1.3", "SNMPv2-MIB::sysUpTime"),
        ("1.3.6.1.2.1.1.3.0", "DISMAN-EVENT-MIB::sysUpTimeInstance"),
        ("1.3.6.1.2.1.1.5.0", "SNMPv2-MIB::sysName.0"),
        // A string with its length, and one to the end.
        ("1.3.6.1.2.1.88.1.2.2.1.3.3.97.98.99.2.120.121", "DISMAN-EVENT-MIB::mteTriggerComment.\"abc\".'.xy'"),
        ("1.3.6.1.6.3.12.1.2.1.2.110.109.115", "SNMP-TARGET-MIB::snmpTargetAddrTDomain.'nms'"),
        ("1.3.6.1.2.1.88.1.2.2.1.3.0.97", "DISMAN-EVENT-MIB::mteTriggerComment.\"\".'a'"),
        // A string of one length only.
        ("1.3.6.1.2.1.17.4.3.1.2.0.27.252.65.66.67", "BRIDGE-MIB::dot1dTpFdbPort.'...ABC'"),
        // Addresses, and named numbers.
        ("1.3.6.1.2.1.15.3.1.2.192.0.2.1", "BGP4-MIB::bgpPeerState.192.0.2.1"),
        ("1.3.6.1.2.1.14.10.1.6.192.0.2.1.0", "OSPF-MIB::ospfNbrState.192.0.2.1.0"),
        // The index of another row.
        ("1.3.6.1.2.1.31.1.1.1.18.7", "IF-MIB::ifAlias.7"),
        // An index that ends too soon, and one with more than it should have.
        ("1.3.6.1.2.1.15.3.1.2.192.0", "BGP4-MIB::bgpPeerState.192.0"),
        ("1.3.6.1.2.1.2.2.1.8.7.9", "IF-MIB::ifOperStatus.7.9"),
        ("1.3.6.1.2.1.88.1.2.2.1.3.9.97.98", "DISMAN-EVENT-MIB::mteTriggerComment.9.97.98"),
        // A column that no module knows.
        ("1.3.6.1.2.1.2.2.1.99.7", "IF-MIB::ifEntry.99.7"),
        // Unknown: the longest prefix and numbers.
        ("1.3.6.1.4.1.99999.1.2", "SNMPv2-SMI::enterprises.99999.1.2"),
        ("1.3.6.1.4.1.5003.9.10.1.21.2.0.200", "AcBoard::acBoardTrapDefinitions.0.200"),
        ("1.3.6.1.4.1.5003.9.10.1.21.1.12.0", "AcBoard::acBoardTrapGlobals.12.0"),
        ("1.3.99", "SNMPv2-SMI::org.99"), ("1.2.840", "iso.2.840"), ("2.999.1", "joint-iso-ccitt.999.1"),
        ("0.9", "ccitt.9"), ("0.0", "SNMPv2-SMI::zeroDotZero"),
    ])
    func oidHasName(oid: String, name: String) throws {
        #expect(catalog.name(of: try #require(OID(oid))) == name)
    }

    @Test func shortNameLeavesTheModuleOut() throws {
        #expect(catalog.shortName(of: try #require(OID("1.3.6.1.2.1.2.2.1.8.7"))) == "ifOperStatus.7")
        #expect(catalog.shortName(of: try #require(OID("1.3.6.1.4.1.99999"))) == "enterprises.99999")
        #expect(catalog.shortName(of: try #require(OID("1.2.840"))) == "iso.2.840")
    }

    @Test func internetAddressInAnIndexFollowsItsType() throws {
        let folder = try folder(["ADDRESS-MIB": addressModule])
        let (catalog, problems) = Catalog.load(directories: [folder.path, Bundled.folder])
        #expect(problems.map(\.description) == [])
        let column = try #require(catalog.oid(named: "ADDRESS-MIB::peerState"))
        let v6: [UInt32] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        let cases: [([UInt32], String)] = [
            ([1, 4, 192, 0, 2, 1], "ipv4.\"192.0.2.1\""),
            ([2, 16] + v6, "ipv6.\"20:01:0d:b8:00:00:00:00:00:00:00:00:00:00:00:01\""),
            ([3, 8, 192, 0, 2, 1, 0, 0, 0, 7], "ipv4z.\"192.0.2.1%7\""),
            ([4, 20] + v6 + [0, 0, 1, 0], "ipv6z.\"20:01:0d:b8:00:00:00:00:00:00:00:00:00:00:00:01%256\""),
            ([16, 2, 104, 105], "dns.\"hi\""),
            // Not as the type says: a text.
            ([1, 3, 65, 66, 67], "ipv4.\"ABC\""),
        ]
        let names = try agreedNames(cases.map { column.appending(arcs: $0.0) }, folders: [folder.path, Bundled.folder])
        for ((arcs, text), agreed) in zip(cases, names) {
            #expect(catalog.name(of: column.appending(arcs: arcs)) == "ADDRESS-MIB::peerState." + text)
            #expect(agreed == "ADDRESS-MIB::peerState." + text)
        }
    }

    // MARK: - OIDs of names

    @Test(arguments: [
        ("linkDown", "1.3.6.1.6.3.1.1.5.3"), ("IF-MIB::linkDown", "1.3.6.1.6.3.1.1.5.3"),
        ("IF-MIB::ifOperStatus.7", "1.3.6.1.2.1.2.2.1.8.7"), ("ifIndex.7", "1.3.6.1.2.1.2.2.1.1.7"),
        ("1.3.6.1", "1.3.6.1"), (".1.3.6.1", "1.3.6.1"), ("enterprises.99999.1", "1.3.6.1.4.1.99999.1"),
        ("SNMP-TARGET-MIB::snmpTargetAddrTDomain.'nms'", "1.3.6.1.6.3.12.1.2.1.2.110.109.115"),
        ("mteTriggerComment.\"a.c\".'x'", "1.3.6.1.2.1.88.1.2.2.1.3.3.97.46.99.120"),
    ])
    func nameHasOID(name: String, oid: String) {
        #expect(catalog.oid(named: name)?.description == oid)
    }

    @Test(arguments: [
        "", "linkDow", "NO-MIB::linkDown", "IF-MIB::", "ifIndex.", "ifIndex.x", "ifIndex.-1", "ifIndex.4294967296",
        "ifIndex.\"a", "ifIndex.'a'b", "1.3.6.x", "3.1", "IF-MIB::sysName",
    ])
    func otherTextHasNoOID(name: String) {
        #expect(catalog.oid(named: name) == nil)
    }

    @Test func nameOfSeveralModulesIsFoundWithEach() {
        #expect(catalog.node(named: "SNMPv2-MIB::snmpCommunityGroup")?.module == "SNMPv2-MIB")
        #expect(catalog.node(named: "SNMP-COMMUNITY-MIB::snmpCommunityGroup")?.module == "SNMP-COMMUNITY-MIB")
        #expect(catalog.node(named: "snmpCommunityGroup") != nil)
        // One point that two modules define alike.
        #expect(catalog.node(named: "RFC1155-SMI::enterprises")?.oid == catalog.oid(named: "SNMPv2-SMI::enterprises"))
    }

    // MARK: - Nodes

    @Test func nodeOfAnInstanceIsItsObject() throws {
        let instance = try #require(OID("1.3.6.1.2.1.2.2.1.8.7"))
        let node = try #require(catalog.node(for: instance))
        #expect(node.qualifiedName == "IF-MIB::ifOperStatus")
        #expect(node.kind == .column)
        #expect(node.syntax == "INTEGER")
        #expect(node.enumeration[2] == "down")
        #expect(node.indexes == [MIBNode.Index(name: "ifIndex", isImplied: false)])
    }

    @Test func augmentingRowHasTheIndexOfTheRowItAugments() {
        #expect(catalog.node(named: "ifXEntry")?.indexes.map(\.name) == ["ifIndex"])
        #expect(catalog.node(named: "ifAlias")?.indexes.map(\.name) == ["ifIndex"])
        #expect(catalog.node(named: "ifAlias")?.textualConvention == "DisplayString")
    }

    @Test func kindsAreTold() {
        let kinds: [(String, MIBNode.Kind)] = [
            ("enterprises", .node), ("ifMIB", .moduleIdentity), ("zeroDotZero", .objectIdentity), ("ifNumber", .scalar),
            ("ifTable", .table), ("ifEntry", .row), ("ifIndex", .column), ("linkDown", .notification),
            ("ifCompliance3", .moduleCompliance),
        ]
        for (name, kind) in kinds { #expect(catalog.node(named: name)?.kind == kind, "\(name)") }
    }

    @Test func notificationsAndTheirObjectsHaveDescriptions() throws {
        for node in catalog.nodes where node.kind == .notification {
            #expect(node.description?.count ?? 0 > 20, "\(node.qualifiedName)")
            for object in node.objects { #expect(catalog.node(named: object) != nil, "\(object)") }
        }
        let description = try #require(catalog.node(named: "IF-MIB::linkDown")?.description)
        #expect(!description.contains("\n") && !description.contains("  "))
    }

    @Test func ownModuleNumbersItsNotifications() {
        let names = [
            "traplineTick", "traplineStarted", "traplineStopped", "traplineBlind", "traplineConfigurationLoaded",
            "traplineSinkFailed", "traplineSinkRecovered", "traplineSenderOverBudget", "traplineSenderWithinBudget",
            "traplineStorageFailed", "traplineStorageRecovered", "traplineRetentionHeld", "traplineRetentionReleased",
            "traplineSinkLagging", "traplineSinkCaughtUp", "traplineResendRequested",
        ]
        for (index, name) in names.enumerated() {
            #expect(catalog.oid(named: "TRAPLINE-MIB::\(name)")?.description == "1.3.6.1.4.1.32473.1.1.0.\(index + 1)")
        }
    }

    @Test func findGoesByNameThenDescriptionAndByNumber() {
        #expect(catalog.find("LINKDOWN").map(\.name).contains("linkDown"))
        let keepAlives = catalog.find("sign of life").map(\.name)
        #expect(keepAlives == ["acKeepAlive"])
        #expect(catalog.find("1.3.6.1.6.3.1.1.5").map(\.name).prefix(3) == ["snmpTraps", "coldStart", "warmStart"])
        #expect(catalog.find("no such thing at all").isEmpty)
        #expect(catalog.find("").count == catalog.nodeCount)
    }

    @Test func emptyCatalogAnswersInNumbers() throws {
        let oid = try #require(OID("1.3.6.1.4.1"))
        #expect(Catalog.empty.name(of: oid) == "iso.3.6.1.4.1")
        #expect(Catalog.empty.node(for: oid) == nil)
        #expect(Catalog.empty.text(of: .objectIdentifier(oid), for: oid) == "iso.3.6.1.4.1")
        #expect(Catalog.empty.oid(named: "1.3.6.1.4.1") == oid)
    }

    private let addressModule = """
        ADDRESS-MIB DEFINITIONS ::= BEGIN
        IMPORTS OBJECT-TYPE, Integer32, enterprises FROM SNMPv2-SMI InetAddressType, InetAddress FROM INET-ADDRESS-MIB;
        peerTable OBJECT-TYPE SYNTAX SEQUENCE OF PeerEntry MAX-ACCESS not-accessible STATUS current
            DESCRIPTION "Peers." ::= { enterprises 99999 1 }
        peerEntry OBJECT-TYPE SYNTAX PeerEntry MAX-ACCESS not-accessible STATUS current
            DESCRIPTION "A peer." INDEX { peerType, peerAddress } ::= { peerTable 1 }
        PeerEntry ::= SEQUENCE { peerType InetAddressType, peerAddress InetAddress, peerState Integer32 }
        peerType OBJECT-TYPE SYNTAX InetAddressType MAX-ACCESS not-accessible STATUS current
            DESCRIPTION "Its type." ::= { peerEntry 1 }
        peerAddress OBJECT-TYPE SYNTAX InetAddress MAX-ACCESS not-accessible STATUS current
            DESCRIPTION "Its address." ::= { peerEntry 2 }
        peerState OBJECT-TYPE SYNTAX Integer32 MAX-ACCESS read-only STATUS current
            DESCRIPTION "Its state." ::= { peerEntry 3 }
        END
        """
}

/// The names that net-snmp's own tool gives the OIDs.
func agreedNames(_ oids: [OID], folders: [String]) throws -> [String] {
    // Bounded by the kernel's limit on a command line.
    let chunk = 2_000
    return try stride(from: 0, to: oids.count, by: chunk).flatMap { start in
        let part = oids[start..<min(start + chunk, oids.count)]
        // -Ir: an index may lie outside its range, as it may in a datagram.
        let output = try Command.expect(
            "env",
            isolated.map { "\($0)=\($1)" } + [
                "snmptranslate", "-M", folders.joined(separator: ":"), "-m", "ALL", "-Ir",
            ]
                + part.map { "." + $0.description })
        let names = output.text.split(separator: "\n").map(String.init)
        guard names.count == part.count else {
            throw ToolFailure("snmptranslate gave \(names.count) names for \(part.count) OIDs")
        }
        return names
    }
}
