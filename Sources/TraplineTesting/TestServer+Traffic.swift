public import Basics

internal import Captures
internal import Journal
internal import Intake
public import SNMPWire
internal import Trapline

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
    ///   - uptime: sysUpTime in hundredths of a second; by default that of a device that has run since long before the
    ///     test.
    public func trap(
        _ name: String, _ variables: [String] = [], from sender: String, version: SNMPVersion = .v2c,
        community: String = "public", uptime: UInt32? = nil, on listener: Listener = .traps
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
            throw TestServerError("v3 messages are received as octets: receive(_:from:)")
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

    func isLetIn(_ payload: [UInt8], from sender: IPAddress) -> Bool {
        guard access.admits(sender), let notification = try? SNMPNotification.decode(payload) else { return false }
        let community = Array(notification.community)
        return unsafe notification.version == .v3 || access.admits(community: community.span.bytes)
    }

    func entry(
        _ payload: [UInt8], from sender: Endpoint, on listener: Listener, at time: Timestamp
    ) -> JournalEntry {
        JournalEntry(
            time: time, interface: listener.rawValue, sender: sender,
            receiver: Endpoint(IPAddress(v4: 0x7f00_0001), port: listener.port), payload: payload)
    }
}
