public import Foundation

/// net-snmp's own `snmpd` as a gateway: the alarm tables and what identifies the device lie in a file that the test
/// writes, served to snmpd by a `pass_persist` program; its traps are sent by `snmptrap`.
public final class SNMPAgent: Sendable {
    /// An alarm as the device has it.
    public struct Alarm: Sendable, Hashable {
        /// The last arc of the vendor's trap.
        public var trap: Int
        public var source: String
        /// cleared 0, indeterminate 1, warning 2, minor 3, major 4, critical 5.
        public var severity: Int
        public var text: String

        public init(trap: Int = 10, source: String, severity: Int = 4, text: String = "Ethernet link alarm") {
            self.trap = trap
            self.source = source
            self.severity = severity
            self.text = text
        }

        fileprivate var oid: String { "1.3.6.1.4.1.5003.9.10.1.21.2.0.\(trap)" }
    }

    /// A raise or a clear with its running number.
    public struct Row: Sendable, Hashable {
        public var number: Int
        public var alarm: Alarm
        /// Hundredths of a second since the agent's start.
        public var uptime: Int
        /// By the device's clock, to a tenth of a second.
        public var time: Date

        public init(number: Int, _ alarm: Alarm, uptime: Int, time: Date = Date()) {
            self.number = number
            self.alarm = alarm
            self.uptime = uptime
            self.time = time
        }

        /// Its DateAndTime (RFC 2579) in UTC, as hexadecimal octets.
        fileprivate var octets: String {
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = .gmt
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second, .nanosecond], from: time)
            let year = parts.year ?? 0
            let octets = [
                year >> 8, year & 0xff, parts.month ?? 0, parts.day ?? 0, parts.hour ?? 0, parts.minute ?? 0,
                parts.second ?? 0, (parts.nanosecond ?? 0) / 100_000_000, 0x2b, 0, 0,
            ]
            return octets.map { String($0 >> 4, radix: 16) + String($0 & 0xf, radix: 16) }.joined(separator: " ")
        }
    }

    public let address: String
    public let port: UInt16
    public let serialNumber: Int
    /// Who alone may ask it, and in whose name its traps come; `nil` for an agent of communities.
    private let user: SNMPUser?
    private let trapUser: SNMPUser?
    private let namespace: NetworkNamespace?
    private let process: ServerProcess
    private let data: String

    /// - Parameters:
    ///   - address: one of 127/8, or of the namespace.
    ///   - port: 161 needs root.
    ///   - user: by whom alone it may be asked, and in whose name its traps come; `nil` for communities.
    ///   - trapUser: in whose name its traps come where that is another.
    public init(
        address: String, port: UInt16 = 161, serialNumber: Int = 5_967_925, folder: TemporaryFolder,
        in namespace: NetworkNamespace? = nil, user: SNMPUser? = nil, trapUser: SNMPUser? = nil
    ) throws {
        self.address = address
        self.port = port
        self.serialNumber = serialNumber
        self.user = user
        self.trapUser = trapUser ?? user
        self.namespace = namespace
        let name = "agent-\(address)-\(port)"
        data = try folder.write("", to: "\(name).data")
        let program = try folder.write(SNMPAgent.passPersist, to: "\(name).pl")
        let configuration = try folder.write(
            """
            agentAddress udp:\(address):\(port)
            \(user?.directives ?? "rocommunity public")
            exactEngineID 0x\(SNMPAgent.engineID(serialNumber))
            sysName gateway-\(serialNumber)
            sysDescr Product: Simulated gateway; SW Version: 7.40A.500.357
            sysObjectID 1.3.6.1.4.1.5003.8.1.1.79
            pass_persist .1.3.6.1.4.1.5003 /usr/bin/perl \(program) \(data)
            """, to: "\(name).conf")
        var words = [
            try Command.locate("snmpd"), "-f", "-Lo", "-r", "-C", "-c", configuration, "-I",
            "-smux,mteTrigger,mteTriggerConf",
        ]
        if let namespace { words = namespace.command(words) }
        let probe =
            (user?.options ?? ["-v", "2c", "-c", "public"]) + [
                "-m", "", "-r", "0", "-t", "1", "\(address):\(port)", "1.3.6.1.2.1.1.3.0",
            ]
        process = try ServerProcess(
            words[0], Array(words.dropFirst()), folder: folder.path, environment: ["SNMP_PERSISTENT_DIR": folder.path],
            isReady: {
                let words = namespace?.command(["snmpget"] + probe) ?? ["snmpget"] + probe
                return (try? Command.run(words[0], Array(words.dropFirst())).status) == 0
            })
        try show(active: [], history: [])
    }

    public func stop() { process.stop() }

    /// What the tables hold from now on; whoever walks them meanwhile sees old rows or new ones.
    public func show(active: [Row], history: [Row]) throws {
        let system = "1.3.6.1.4.1.5003.9.10.10"
        let highest = active.map(\.alarm.severity).max() ?? 0
        var lines = [
            "\(system).1.3.9.1.0 gauge 1161", "\(system).1.3.9.2.0 gauge 0", "\(system).2.2.1.0 string 7.40A.500.357",
            "\(system).2.3.1.0 string gateway-\(serialNumber)", "\(system).2.3.2.0 gauge \(serialNumber)",
            "\(system).2.5.4.0 integer \(highest)",
        ]
        lines += SNMPAgent.lines(of: active, in: "1.3.6.1.4.1.5003.11.1.1.1.1")
        lines += SNMPAgent.lines(of: history, in: "1.3.6.1.4.1.5003.11.1.2.1.1")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: data), options: .atomic)
    }

    /// Columns 1 to 13 of either table, in the order of their OIDs.
    private static func lines(of rows: [Row], in entry: String) -> [String] {
        let sorted = rows.sorted { $0.number < $1.number }
        return (1...13).flatMap { column in
            sorted.map { row in
                let value =
                    switch column {
                    case 1: "gauge \(row.number)"
                    case 2: "timeticks \(row.uptime)"
                    case 3: "objectid .\(row.alarm.oid)"
                    case 4: "octet \(row.octets)"
                    case 5: "gauge \(row.alarm.trap - 1)"
                    case 6: "string \(row.alarm.text)"
                    case 7: "string \(row.alarm.source)"
                    case 8: "integer \(row.alarm.severity)"
                    case 9: "integer 1"
                    case 10: "integer 56"
                    default: "string "
                    }
                return "\(entry).\(column).\(row.number) \(value)"
            }
        }
    }

    /// The agent's sysUpTime, in hundredths of a second.
    public func uptime() throws -> Int {
        let output = try SNMPAgent.run(
            namespace, "snmpget",
            (user?.options ?? ["-v", "2c", "-c", "public"])
                + ["-m", "", "-Oqvt", "\(address):\(port)", "1.3.6.1.2.1.1.3.0"])
        guard let ticks = Int(output.text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw Command.Failure(description: "snmpd tells no sysUpTime: \(output.text)\(output.standardError)")
        }
        return ticks
    }

    /// `snmptrap` sends the trap of a row, from the agent's own address.
    public func send(_ row: Row, to receiver: String, community: String = "trapuser") throws {
        let global = "1.3.6.1.4.1.5003.9.10.1.21.1"
        try send(
            "1.3.6.1.4.1.5003.9.10.1.21.2.0.\(row.alarm.trap)", uptime: row.uptime,
            [
                "\(global).1.0", "i", "\(row.alarm.trap - 1)", "\(global).2.0", "s", row.alarm.text, "\(global).3.0",
                "s",
                row.alarm.source, "\(global).4.0", "i", "\(row.alarm.severity)", "\(global).5.0", "i", "\(row.number)",
                "\(global).6.0", "i", "1", "\(global).7.0", "i", "56", "\(global).8.0", "s", "", "\(global).9.0", "s",
                "", "\(global).10.0", "s", "", "\(global).11.0", "x", row.octets, "\(global).16.0", "s",
                "\(serialNumber)",
            ], to: receiver, community: community)
    }

    /// `snmptrap` sends the keep-alive.
    public func sendKeepAlive(to receiver: String, community: String = "trapuser") throws {
        let global = "1.3.6.1.4.1.5003.9.10.1.21.1"
        try send(
            "1.3.6.1.4.1.5003.9.10.1.21.2.0.16", uptime: uptime(),
            [
                "\(global).1.0", "i", "15", "\(global).2.0", "s", "Keep alive trap", "\(global).3.0", "s", "",
                "\(global).4.0", "i", "1", "\(global).5.0", "i", "0", "\(global).6.0", "i", "0", "\(global).7.0", "i",
                "0", "\(global).8.0", "s", "\(serialNumber)", "\(global).9.0", "s",
                user == nil ? "SNMPVersion= SNMPv2c" : "SNMPVersion=SNMPv3",
                "\(global).10.0", "s", "", "\(global).16.0", "s", "\(serialNumber)",
            ], to: receiver, community: community)
    }

    private func send(
        _ trap: String, uptime: Int, _ variables: [String], to receiver: String, community: String
    ) throws {
        // One engine with the agent, whose clock goes with the device's.
        let engine = ["-e", "0x\(SNMPAgent.engineID(serialNumber))", "-Z", "1,\(uptime / 100)"]
        let words = trapUser.map { $0.options + engine } ?? ["-v", "2c", "-c", community]
        let output = try SNMPAgent.run(
            namespace, "snmptrap",
            words + ["-m", "", "--clientaddr=\(address)", receiver, "\(uptime)", trap] + variables)
        guard output.status == 0 else { throw Command.Failure(description: "snmptrap: \(output.standardError)") }
    }

    private static func run(
        _ namespace: NetworkNamespace?, _ program: String, _ arguments: [String]
    ) throws -> Command.Output {
        let words = namespace?.command([program] + arguments) ?? [program] + arguments
        return try Command.run(words[0], Array(words.dropFirst()))
    }

    /// Of the vendor's enterprise number, as hexadecimal digits (RFC 3411 §5).
    private static func engineID(_ serialNumber: Int) -> String {
        let digits = String(serialNumber, radix: 16)
        return "8000138b04" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    /// The protocol of `pass_persist` (snmpd.conf(5)), over lines `OID TYPE VALUE` in the order of their OIDs.
    private static let passPersist = """
        use strict;
        use warnings;
        $| = 1;
        my $file = $ARGV[0];
        my (@oids, %place, @types, @values);

        sub compare {
            my @left = split /\\./, $_[0];
            my @right = split /\\./, $_[1];
            while (@left && @right) {
                my $order = shift(@left) <=> shift(@right);
                return $order if $order;
            }
            return @left <=> @right;
        }

        sub load {
            (@oids, %place, @types, @values) = ();
            open(my $handle, '<', $file) or return;
            while (my $line = <$handle>) {
                chomp $line;
                my ($oid, $type, $value) = split / /, $line, 3;
                $place{$oid} = @oids;
                push @oids, $oid;
                push @types, $type;
                push @values, defined $value ? $value : '';
            }
            close $handle;
        }

        sub answer {
            my $index = shift;
            if (!defined $index || $index > $#oids) { print "NONE\\n"; return; }
            print ".$oids[$index]\\n$types[$index]\\n$values[$index]\\n";
        }

        while (my $command = <STDIN>) {
            chomp $command;
            last if $command eq '';
            if ($command eq 'PING') { print "PONG\\n"; next; }
            my $oid = <STDIN>;
            last unless defined $oid;
            chomp $oid;
            $oid =~ s/^\\.//;
            load();
            if ($command eq 'get') {
                answer($place{$oid});
            } elsif ($command eq 'getnext') {
                if (exists $place{$oid}) { answer($place{$oid} + 1); next; }
                my $index = 0;
                $index++ while $index < @oids && compare($oids[$index], $oid) <= 0;
                answer($index);
            } elsif ($command eq 'set') {
                my $value = <STDIN>;
                print "not-writable\\n";
            }
        }
        """
}
