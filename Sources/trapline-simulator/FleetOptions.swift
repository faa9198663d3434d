import ArgumentParser
import DeviceSimulation
import SNMPWire

/// What becomes of the devices' notifications on their way.
struct PathOptions: ParsableArguments {
    @Option(name: .long, help: "The part of the notifications that gets lost, 0 to 1.")
    var loss = 0.0

    @Option(name: .long, help: "The part that arrives twice.")
    var duplication = 0.0

    @Option(name: .long, help: "The part that is delayed by up to 2 s, so that later ones overtake it.")
    var reordering = 0.0

    @Option(name: .long, help: "What chance goes by: the same each time for the same number.")
    var seed: UInt64 = 1

    func validate() throws {
        guard [loss, duplication, reordering].allSatisfy({ (0...1).contains($0) }) else {
            throw ValidationError("--loss, --duplication and --reordering are 0 to 1")
        }
    }

    var path: UnreliablePath {
        UnreliablePath(seed: seed, loss: loss, duplication: duplication, reordering: reordering)
    }
}

/// How the devices' firmware is.
struct KindOptions: ParsableArguments {
    enum Version: String, ExpressibleByArgument, CaseIterable {
        case v1 = "1"
        case v2c = "2c"
    }

    enum Numbering: String, ExpressibleByArgument, CaseIterable { case together, separately }

    enum KeepAliveNumbers: String, ExpressibleByArgument, CaseIterable {
        case zero, own
        case asEvents = "as-events"
    }

    enum Indexing: String, ExpressibleByArgument, CaseIterable {
        case runningNumber = "running-number"
        case row
    }

    @Option(name: .long, help: "The first device's serial number; the others count up from it.")
    var firstSerial: UInt32 = 5_000_000

    @Flag(name: .long, help: "Each device is an HA pair; the second serial numbers lie 1,000,000 above.")
    var pairs = false

    @Option(name: .customLong("version"), help: "The traps' version.")
    var snmpVersion = Version.v2c

    @Option(name: .long, help: "Whether alarms and events are counted by one running number.")
    var numbering = Numbering.together

    @Option(name: .long, help: "The running number of keep-alives.")
    var keepAliveNumbers = KeepAliveNumbers.zero

    @Option(name: .long, help: "What the alarm tables are indexed by.")
    var index = Indexing.runningNumber

    @Option(name: .long, help: "The first running number; after 32,000 comes 0.")
    var firstNumber: UInt32 = 1

    @Option(name: .long, help: "Rows of the active table at most.")
    var activeLimit = 120

    @Option(name: .long, help: "Rows of the history table at most.")
    var historyLimit = 500

    @Flag(name: .long, help: "Serve the alarm tables of RFC 3877 too.")
    var standardTables = false

    @Flag(name: .long, help: "Serve no alarm tables of the vendor's.")
    var noTables = false

    @Option(name: .long, help: "The community of traps.")
    var trapCommunity = "trapuser"

    @Option(name: .long, help: "The community that may read.")
    var readCommunity = "public"

    @Option(name: .long, help: "The community that may also write.")
    var writeCommunity = "private"

    /// Far enough for all the devices there can be.
    static let peerOffset: UInt32 = 1_000_000

    func validate() throws {
        guard (1...100_000).contains(activeLimit), (1...100_000).contains(historyLimit), firstSerial <= 2_000_000_000,
            firstNumber <= DeviceOptions.highestNumber
        else {
            throw ValidationError(
                "--active-limit and --history-limit are 1 to 100,000, --first-serial at most 2,000,000,000, "
                    + "--first-number at most 32,000")
        }
    }

    var options: DeviceOptions {
        var options = DeviceOptions()
        options.version = snmpVersion == .v1 ? .v1 : .v2c
        options.numbering = numbering == .together ? .together : .separately
        options.keepAliveNumbering =
            switch keepAliveNumbers {
            case .zero: .zero
            case .own: .own
            case .asEvents: .asEvents
            }
        options.indexing = index == .row ? .row : .runningNumber
        options.firstNumber = firstNumber
        options.activeLimit = activeLimit
        options.historyLimit = historyLimit
        options.servesStandardTables = standardTables
        options.servesAlarmTables = !noTables
        options.trapCommunity = trapCommunity
        options.readCommunity = readCommunity
        options.writeCommunity = writeCommunity
        return options
    }
}
