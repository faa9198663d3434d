public import Basics

internal import Captures
internal import Journal
internal import Intake
internal import SNMPSecurity
public import SNMPWire
internal import Trapline
internal import TraplineConfiguration

/// What devices send to the server.
extension TestServer {
    /// The port that a datagram came in on.
    public enum Listener: String, Sendable, Hashable {
        case traps
        case keepAlives = "keep-alives"

        var port: UInt16 { self == .traps ? 162 : 1_161 }
    }

    /// A longer pause of a capture is one of the capturing, in which nobody listened: no ticks are filled in.
    private static let longestPause = Duration.seconds(3_600)

    /// A trap comes in, named as `trapline send` names it.
    ///
    /// - Parameters:
    ///   - name: a notification's name or OID.
    ///   - variables: each `NAME=VALUE`, or `NAME=TYPE:VALUE` where no module knows the name.
    ///   - sender: `ADDRESS` or `ADDRESS:PORT`; the port is 161 by default.
    ///   - user: for v3, one of the configuration's `access: users`, who sends at its highest level.
    ///   - engineID: for v3, the sender's engine, in hex; by default one that is made of its address.
    ///   - uptime: sysUpTime in hundredths of a second; by default that of a device that has run since long before the
    ///     test.
    public func trap(
        _ name: String, _ variables: [String] = [], from sender: String, version: SNMPVersion = .v2c,
        community: String = "public", user: String? = nil, engineID: String? = nil, uptime: UInt32? = nil,
        on listener: Listener = .traps
    ) throws {
        let builder = NotificationBuilder(catalog: loaded.catalog)
        let bindings = try variables.map { try builder.variable($0) }
        let endpoint = try self.endpoint(sender)
        // Days, so that nothing looks like a restart; it wraps only where the test asks for that.
        let uptime = uptime ?? UInt32(truncatingIfNeeded: now.nanoseconds / 10_000_000 % 1_000_000_000)
        var notification = SNMPNotification(
            version: version, trapOID: try builder.notificationOID(name), uptime: uptime,
            variables: VariableBindings(bindings))
        let community = ArraySlice(community.utf8)
        let message: CommunityMessage
        switch version {
        case .v1:
            notification.agentAddress =
                endpoint.address.family == .v4 ? UInt32(truncatingIfNeeded: endpoint.address.bits) : 0
            guard let v1 = notification.v1Message(community: community) else {
                throw TestServerError("\(name) with these variables cannot be said in v1")
            }
            message = v1
        case .v2c:
            message = CommunityMessage(
                version: .v2c, community: community, pdu: .standard(notification.v2PDU(kind: .trap, requestID: 1)))
        case .v3:
            let pdu = notification.v2PDU(kind: .trap, requestID: 1)
            return try receive(v3(pdu, as: user, engineID, from: endpoint.address), from: endpoint, on: listener)
        }
        try receive(message.encode(), from: endpoint, on: listener)
    }

    /// A datagram comes in.
    public func receive(_ payload: [UInt8], from sender: String, on listener: Listener = .traps) throws {
        try receive(payload, from: endpoint(sender), on: listener)
    }

    /// A datagram comes in.
    public func receive(_ payload: [UInt8], from sender: Endpoint, on listener: Listener = .traps) throws {
        hasBegun = true
        guard isLetIn(payload, from: sender.address) else {
            refused += 1
            return
        }
        try process([entry(payload, from: sender, on: listener, at: now)])
    }

    /// The SNMP datagrams of a capture come in, with the pauses that it has. Its first one sets the server's clock, if
    /// nothing has happened yet; else it comes a second from now.
    ///
    /// - Parameter file: pcap or pcapng; a journal of Trapline's too.
    /// - Returns: how many datagrams were taken as SNMP.
    @discardableResult
    public func replay(_ file: String) throws -> Int {
        var reader = try DatagramReader(path: file)
        var selection = SNMPSelection(loaded, takesOwnFacts: false)
        var shift: Int64?
        var pending: [JournalEntry] = []
        while let datagram = try reader.next() {
            guard selection.takes(datagram) else { continue }
            if shift == nil {
                if !hasBegun { now = datagram.time }
                shift = hasBegun ? (now + .seconds(1)).nanoseconds(since: datagram.time) : 0
                hasBegun = true
            }
            let time = datagram.time.adding(shift ?? 0)
            if time > now + .seconds(1) {
                try process(pending)
                pending = []
                if time < now + Self.longestPause { try advance(to: time) }
            }
            now = max(now, time)
            guard isLetIn(datagram.payload, from: datagram.sender.address) else {
                refused += 1
                continue
            }
            let listener: Listener =
                datagram.interfaceName == Listener.keepAlives.rawValue || datagram.receiver.port % 10_000 == 1_161
                ? .keepAlives : .traps
            pending.append(entry(datagram.payload, from: datagram.sender, on: listener, at: now))
            if pending.count == Self.batch {
                try process(pending)
                pending = []
            }
        }
        try process(pending)
        return selection.taken
    }

    // MARK: - Parts

    private func endpoint(_ text: String) throws -> Endpoint {
        guard let endpoint = Endpoint(text, defaultPort: 161) else {
            throw TestServerError("\(text) is not ADDRESS or ADDRESS:PORT")
        }
        return endpoint
    }

    /// A trap of a user, from the sender's engine, whose clock is the test's.
    private func v3(
        _ pdu: StandardPDU, as name: String?, _ engineID: String?, from address: IPAddress
    ) throws -> [UInt8] {
        guard let name, let user = loaded.configuration?.access.users.first(where: { $0.name == name }) else {
            throw TestServerError("v3 needs a user of the configuration: user:")
        }
        let sender = try senders[name] ?? SecureSender(user)
        senders[name] = sender
        guard let engine = engineID.map({ EngineID(hexadecimal: $0) }) ?? Self.engine(at: address) else {
            throw TestServerError("\(engineID ?? "") is no engine ID")
        }
        return try sender.trap(.standard(pdu), engine: engine, reading: SecureSender.reading(at: now))
    }

    /// RFC 3411 §5: 1 and 2 in the fifth octet say that an address follows.
    private static func engine(at address: IPAddress) -> EngineID? {
        EngineID([0x80, 0x00, 0x7e, 0xd9, address.family == .v4 ? 1 : 2] + address.octets)
    }

    func isLetIn(_ payload: [UInt8], from sender: IPAddress) -> Bool {
        guard access.admits(sender) else { return false }
        if let summary = try? V3View.check(payload) {
            let moment = Moment(wall: now, monotonic: now.nanoseconds)
            return versions.contains(.v3)
                && (try? security.admit(payload.rawOctets, summary, from: sender, at: moment)) != nil
        }
        guard let notification = try? SNMPNotification.decode(payload), versions.contains(notification.version) else {
            return false
        }
        let community = Array(notification.community)
        return unsafe access.admits(community: community.span.bytes)
    }

    func entry(
        _ payload: [UInt8], from sender: Endpoint, on listener: Listener, at time: Timestamp
    ) -> JournalEntry {
        JournalEntry(
            time: time, interface: listener.rawValue, sender: sender,
            receiver: Endpoint(IPAddress(v4: 0x7f00_0001), port: listener.port), payload: payload)
    }
}
