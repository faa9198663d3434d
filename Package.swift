// swift-tools-version: 6.2
import PackageDescription

#if !os(Linux)
    #error("Trapline runs on Linux only: it uses recvmmsg, SO_MEMINFO and net-snmp as Debian builds it.")
#endif

/// One array for every Swift target, so that no room is built to looser rules than its neighbours.
let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableExperimentalFeature("Lifetimes"),
]

/// What is not a test must also say where it leaves memory safety to the author (`unsafe`).
let sourceSettings: [SwiftSetting] = settings + [.strictMemorySafety()]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
/// SQLite's own interface, for the rows of the event log: as GRDB finds it, so that both are one library.
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")

func room(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: sourceSettings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: sourceSettings)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.init(stringLiteral: name)] + dependencies, resources: resources,
        swiftSettings: settings)
}

/// A room that other packages may use, with those that it cannot be used without.
func offered(_ name: String, _ others: [String] = []) -> Product {
    Product.library(name: name, targets: [name] + others)
}

let package = Package(
    name: "trapline",
    products: [
        .executable(name: "trapline", targets: ["TraplineCommand"]),
        .executable(name: "trapline-bench", targets: ["trapline-bench"]),
        .executable(name: "trapline-simulator", targets: ["trapline-simulator"]),
        offered("TraplineTesting", ["DeviceSimulation"]),
        offered("SNMPWire"),
        offered("MIBCatalog"),
        offered("Captures"),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // For the bench alone.
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // C, each behind a narrow header of its own.
        // libcrypto, which net-snmp brings along and has its own algorithms from.
        .target(name: "CNetSNMP", linkerSettings: [.linkedLibrary("netsnmp"), .linkedLibrary("crypto")]),
        .target(name: "CDatagram"),
        .target(name: "CStream"),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CRELP", linkerSettings: [.linkedLibrary("relp")]),
        .target(name: "CLoad"),

        // The rooms, lowest first; dependencies point down only.
        room("Basics", []),
        room("TraplineMetrics", []),
        room("SNMPWire", []),
        // What is tested against: simulated devices, which know nothing of the rooms that they try.
        room("DeviceSimulation", ["Basics", "SNMPWire", "CDatagram"]),
        room("SNMPSecurity", ["Basics", "SNMPWire", "CNetSNMP"]),
        room("MIBCatalog", ["Basics", "SNMPWire", "CNetSNMP"]),
        room("Captures", ["Basics"]),
        room("Journal", ["Basics", "Captures"]),
        room("Alarms", ["Basics", "SNMPWire", "MIBCatalog"]),
        room("Devices", ["Basics", "SNMPWire", "Alarms"]),
        room("Routing", ["Basics", "SNMPWire", "MIBCatalog", "Alarms"]),
        room("Manager", ["Basics", "SNMPWire", "SNMPSecurity"]),
        room("Resynchronisation", ["Basics", "SNMPWire", "Manager"]),
        room("Documents", ["Basics", "SNMPWire", "MIBCatalog", "Alarms", "Devices"]),
        room(
            "Store",
            [
                "Basics", "SNMPWire", "SNMPSecurity", "Journal", "Alarms", "Devices", "Manager", "Resynchronisation",
                grdb, sqlite,
            ]),
        room(
            "Pipeline",
            [
                "Basics", "TraplineMetrics", "SNMPWire", "SNMPSecurity", "MIBCatalog", "Journal", "Alarms", "Devices",
                "Manager", "Resynchronisation", "Routing", "Store",
            ]),
        room(
            "Sinks",
            [
                "Basics", "TraplineMetrics", "SNMPWire", "SNMPSecurity", "MIBCatalog", "Captures", "Journal", "Alarms",
                "Documents", "Store",
                "CCurl", "CDatagram", "CRELP", nioCore, nioPosix, nioTLS, nioSSL, logging,
            ]),
        room(
            "Intake",
            [
                "Basics", "TraplineMetrics", "SNMPWire", "SNMPSecurity", "Captures", "Journal", "Manager", "CDatagram",
                logging,
            ]),
        room(
            "TraplineConfiguration",
            [
                "Basics", "SNMPWire", "SNMPSecurity", "MIBCatalog", "Journal", "Alarms", "Devices", "Manager",
                "Resynchronisation", "Routing", "Store", "Intake", "Sinks", yams,
            ],
            // In the program itself: a binary that was copied elsewhere has no bundle beside it.
            resources: [.embedInCode("rules/standard.yaml")]),
        room("Portal", ["Basics", "TraplineMetrics", hummingbird, nioCore, lifecycle, logging]),
        room(
            "Trapline",
            [
                "Basics", "TraplineMetrics", "SNMPWire", "SNMPSecurity", "MIBCatalog", "Captures", "Journal", "Alarms",
                "Devices",
                "Manager", "Resynchronisation", "Routing",
                "Documents", "Store", "Pipeline", "Sinks", "Intake", "TraplineConfiguration", "Portal", "CStream",
                lifecycle, logging,
            ]),
        room(
            "TraplineTesting",
            [
                "Basics", "TraplineMetrics", "SNMPWire", "SNMPSecurity", "DeviceSimulation", "Captures", "Journal",
                "Alarms", "Devices",
                "Documents", "Manager", "Resynchronisation", "Store", "Pipeline", "Sinks", "Intake",
                "TraplineConfiguration", "Trapline",
            ]),
        program(
            "TraplineCommand",
            [
                "Basics", "SNMPWire", "SNMPSecurity", "MIBCatalog", "Captures", "Alarms", "Devices", "Routing",
                "Documents", "Sinks",
                "Intake", "TraplineConfiguration", "Trapline", argumentParser, lifecycle, unixSignals, logging,
            ]),
        program(
            "trapline-bench",
            [
                "Basics", "TraplineMetrics", "SNMPWire", "SNMPSecurity", "MIBCatalog", "Journal", "Alarms", "Devices",
                "Routing", "Store", "Pipeline",
                "Intake", "TraplineConfiguration", "CDatagram", "CLoad",
                argumentParser, histogram, logging,
            ]),
        program("trapline-simulator", ["Basics", "SNMPWire", "DeviceSimulation", argumentParser]),

        // Tests mirror Sources. TestPeers starts the real clients and servers that they talk to.
        .target(
            name: "TestPeers", dependencies: ["Basics", logging], path: "Tests/TestPeers", swiftSettings: settings),
        tests(of: "Basics", ["TestPeers"]),
        tests(of: "TraplineMetrics"),
        tests(of: "SNMPWire", ["Basics", "TestPeers"], resources: [.copy("Fixtures")]),
        tests(of: "DeviceSimulation", ["Basics", "SNMPWire", "TestPeers"]),
        tests(of: "SNMPSecurity", ["Basics", "SNMPWire", "CNetSNMP", "TestPeers"]),
        tests(of: "MIBCatalog", ["Basics", "SNMPWire", "TestPeers"], resources: [.copy("Fixtures")]),
        tests(of: "Captures", ["Basics", "TestPeers"]),
        tests(of: "Journal", ["Basics", "Captures", "TestPeers"]),
        tests(of: "Alarms", ["Basics", "SNMPWire", "MIBCatalog", "TestPeers"]),
        tests(of: "Devices", ["Basics", "SNMPWire", "Alarms"]),
        tests(of: "Routing", ["Basics", "SNMPWire", "MIBCatalog", "Alarms", "TestPeers"]),
        tests(of: "Resynchronisation", ["Basics", "SNMPWire", "Manager"]),
        tests(of: "Manager", ["Basics", "SNMPWire", "SNMPSecurity", "Intake", "TestPeers"]),
        tests(of: "Documents", ["Basics", "SNMPWire", "MIBCatalog", "Alarms", "Devices"]),
        tests(
            of: "Store", ["Basics", "SNMPWire", "SNMPSecurity", "Journal", "Alarms", "Devices", "TestPeers", grdb]),
        tests(
            of: "Pipeline",
            [
                "Basics", "TraplineMetrics", "SNMPWire", "SNMPSecurity", "MIBCatalog", "Journal", "Alarms", "Devices",
                "DeviceSimulation", "Manager",
                "Resynchronisation", "Routing",
                "Store",
                "TestPeers", grdb,
            ]),
        tests(
            of: "Sinks",
            [
                "Basics", "TraplineMetrics", "SNMPWire", "SNMPSecurity", "MIBCatalog", "Captures", "Journal", "Alarms",
                "Devices", "Documents", "Store", "TestPeers", nioCore, nioPosix, nioSSL, logging,
            ]),
        tests(
            of: "Intake",
            [
                "Basics", "TraplineMetrics", "SNMPWire", "SNMPSecurity", "Captures", "Journal", "Manager", "TestPeers",
                logging,
            ]),
        tests(of: "Portal", ["Basics", "TraplineMetrics", "TestPeers", logging]),
        tests(
            of: "TraplineConfiguration",
            [
                "Basics", "SNMPWire", "SNMPSecurity", "MIBCatalog", "Journal", "Alarms", "Devices", "Manager",
                "Resynchronisation", "Routing", "Store", "Intake", "Sinks", "TestPeers",
            ],
            resources: [.copy("Fixtures")]),
        tests(
            of: "Trapline",
            [
                "Basics", "TraplineMetrics", "SNMPWire", "SNMPSecurity", "MIBCatalog", "Captures", "Journal", "Alarms",
                "Devices",
                "DeviceSimulation", "Manager", "Resynchronisation", "Routing",
                "Documents",
                "Store", "Pipeline", "Sinks", "Intake", "TraplineConfiguration", "Portal", "TestPeers", logging, grdb,
            ]),
        tests(
            of: "TraplineTesting",
            [
                "Basics", "SNMPWire", "SNMPSecurity", "DeviceSimulation", "Captures", "Alarms", "Devices", "Documents",
                "Manager",
                "Resynchronisation",
                "TraplineConfiguration", "Trapline",
                "TestPeers",
            ]),
        // The real program under kills, power cuts, full disks and damaged files.
        .testTarget(
            name: "SurvivalTests", dependencies: ["Basics", "SNMPWire", "Journal", "TestPeers", grdb],
            swiftSettings: settings),
        // The real program and its devices: agents, a NAT, fleets.
        .testTarget(
            name: "FleetTests", dependencies: ["Basics", "SNMPWire", "TestPeers"], swiftSettings: settings),
        tests(of: "trapline-bench", ["SNMPWire", "SNMPSecurity"]),
        tests(of: "trapline-simulator", ["Basics", "DeviceSimulation", "SNMPWire", "TestPeers"]),
    ]
)
