public import Basics
public import MIBCatalog
public import SNMPWire

/// One datagram as JSON: `trapline decode`, and `notification` of every event. The keys are a contract; one whose value
/// is not known or has no meaning for this version is left out.
public struct DatagramDocument: Sendable, Hashable, Codable {
    public struct Variable: Sendable, Hashable, Codable {
        public var oid: String
        /// `IF-MIB::ifOperStatus.7`
        public var name: String
        /// The SMI's name of the type: `INTEGER`, `OCTET STRING`, ….
        public var type: String
        public var value: JSONValue
        /// What a person reads.
        public var text: String

        public init(oid: String, name: String, type: String, value: JSONValue, text: String) {
            self.oid = oid
            self.name = name
            self.type = type
            self.value = value
            self.text = text
        }

        public init(_ binding: VariableBinding, catalog: Catalog) {
            var scratch = OctetWriter()
            self.init(binding, catalog: catalog, &scratch)
        }

        /// - Parameter scratch: room to write in, which many variables can share.
        fileprivate init(_ binding: VariableBinding, catalog: Catalog, _ scratch: inout OctetWriter) {
            let octets = binding.name.octets
            let place = catalog.place(of: octets)
            scratch.removeAll()
            scratch.append(dottedOID: octets)
            oid = scratch.text()
            scratch.removeAll()
            catalog.appendName(of: octets, at: place, to: &scratch)
            name = scratch.text()
            scratch.removeAll()
            binding.value.withView { catalog.appendText(of: $0, at: place, to: &scratch) }
            text = scratch.text()
            type = binding.value.typeName
            value = JSONValue(binding.value)
        }

        fileprivate static func all(_ bindings: VariableBindings, _ catalog: Catalog) -> [Variable] {
            var scratch = OctetWriter()
            return bindings.map { Variable($0, catalog: catalog, &scratch) }
        }

        fileprivate func append(to json: inout OctetWriter) {
            var members = JSONMembers()
            members.add("name", name, to: &json)
            members.add("oid", oid, to: &json)
            members.add("text", text, to: &json)
            members.add("type", type, to: &json)
            members.add("value", to: &json)
            switch value {
            case .integer(let number): json.append(decimal: number)
            case .real(let number): json.append(json: number)
            case .text(let text): json.append(json: text)
            case .null: json.append("null")
            }
            members.end(&json)
        }
    }

    /// What there is to read of a v3 message.
    public enum Opened: Sendable, Hashable {
        /// No keys are at hand, or none are needed.
        case asReceived
        /// The message was verified, and says this: the datagram as if it had been sent in the open.
        case cleartext([UInt8])
        /// It could not be verified or decrypted: why, by its label, and what to do about it.
        case refused(reason: String, advice: String)
    }

    /// When it was received, RFC 3339 in UTC.
    public var time: String
    /// `192.0.2.1:50000`, `[2001:db8::1]:50000`
    public var sender: String
    public var receiver: String
    /// Why there is nothing more to say: it is malformed.
    public var error: String?
    /// `v1`, `v2c`, `v3`
    public var version: String?
    /// `trap`, `inform`, `response`, `report`, `get`, …; `encrypted` where only the holder of the user's key can tell.
    public var pdu: String?
    /// The notification's snmpTrapOID.0 value; for v1 what RFC 3584 §3.1 makes of it.
    public var oid: String?
    public var name: String?
    /// v1 only: the trap's own enterprise.
    public var enterprise: String?
    /// v1 only: the agent's own address, where it tells one.
    public var agentAddress: String?
    /// The value of sysUpTime.0, in hundredths of a second.
    public var uptime: UInt32?
    public var requestId: Int32?
    /// The configured name of the community, never its value.
    public var community: String?
    /// v3 only: the user, the security level, the authoritative engine and the context's name.
    public var user: String?
    public var level: String?
    public var engineID: String?
    /// v3 only: how often that engine has started, and the seconds since.
    public var engineBoots: Int32?
    public var engineTime: Int32?
    public var context: String?
    /// v3 only: the engine that the context is one of, where it is not the authoritative one: a proxy tells of another.
    public var contextEngineID: String?
    /// v3 only: why the message could not be verified or decrypted with the users that are configured, as the metrics
    /// call it (`v3-wrong-digest`), and what to do about it. What else stands here nobody has vouched for then.
    public var refused: String?
    public var advice: String?
    /// Of a notification, those after sysUpTime.0 and snmpTrapOID.0; of any other PDU all.
    public var variables: [Variable]?

    /// Reads a datagram; one that cannot be read gives a document with `error`.
    ///
    /// - Parameters:
    ///   - communityName: gives a community's configured name; `nil` where it has none.
    ///   - open: asked for v3 messages alone.
    public init(
        datagram payload: [UInt8], time: Timestamp, sender: Endpoint, receiver: Endpoint, catalog: Catalog,
        leniency: Leniency = .devices, communityName: (ArraySlice<UInt8>) -> String? = { _ in nil },
        open: ([UInt8]) -> Opened = { _ in .asReceived }
    ) {
        self.time = time.description
        self.sender = sender.description
        self.receiver = receiver.description
        do {
            let message = try SNMPMessage.decode(payload, leniency: leniency)
            guard case .v3(let envelope) = message else {
                try describe(message, in: payload, catalog, leniency, communityName)
                return
            }
            switch open(payload) {
            case .asReceived: try describe(message, in: payload, catalog, leniency, communityName)
            case .cleartext(let octets):
                let opened = try SNMPMessage.decode(octets, leniency: leniency)
                try describe(opened, in: octets, catalog, leniency, communityName)
                level = envelope.level.description
            case .refused(let reason, let advice):
                try describe(message, in: payload, catalog, leniency, communityName)
                self.refused = reason
                self.advice = advice
            }
        } catch {
            self.error = error.description
        }
    }

    /// A datagram that was decoded before.
    public init(
        _ notification: SNMPNotification, time: Timestamp, sender: Endpoint, receiver: Endpoint,
        community: String?, catalog: Catalog
    ) {
        self.time = time.description
        self.sender = sender.description
        self.receiver = receiver.description
        version = notification.version.description
        pdu = notification.kind.rawValue
        self.community = community
        describe(notification, catalog: catalog)
        if let identity = notification.v3 {
            user = identity.user
            level = identity.level.description
            engineID = hex(identity.engineID)
            engineBoots = identity.engineBoots
            engineTime = identity.engineTime
            context = identity.contextName.isEmpty ? nil : identity.context
            contextEngineID = Self.other(identity.contextEngineID, than: identity.engineID)
        }
    }

    private static func other(_ contextEngine: ArraySlice<UInt8>, than engine: ArraySlice<UInt8>) -> String? {
        contextEngine == engine ? nil : hex(contextEngine)
    }

    /// One line, without its end.
    public func jsonLine() -> String {
        var json = OctetWriter(capacity: 4_096)
        append(to: &json)
        return json.text()
    }

    /// The same as octets.
    public func append(to json: inout OctetWriter) {
        var members = JSONMembers()
        members.add("advice", advice, to: &json)
        members.add("agentAddress", agentAddress, to: &json)
        members.add("community", community, to: &json)
        members.add("context", context, to: &json)
        members.add("contextEngineID", contextEngineID, to: &json)
        members.add("engineBoots", engineBoots, to: &json)
        members.add("engineID", engineID, to: &json)
        members.add("engineTime", engineTime, to: &json)
        members.add("enterprise", enterprise, to: &json)
        members.add("error", error, to: &json)
        members.add("level", level, to: &json)
        members.add("name", name, to: &json)
        members.add("oid", oid, to: &json)
        members.add("pdu", pdu, to: &json)
        members.add("receiver", receiver, to: &json)
        members.add("refused", refused, to: &json)
        members.add("requestId", requestId, to: &json)
        members.add("sender", sender, to: &json)
        members.add("time", time, to: &json)
        members.add("uptime", uptime, to: &json)
        members.add("user", user, to: &json)
        if let variables {
            members.add("variables", to: &json)
            json.append(UInt8(ascii: "["))
            for (index, variable) in variables.enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                variable.append(to: &json)
            }
            json.append(UInt8(ascii: "]"))
        }
        members.add("version", version, to: &json)
        members.end(&json)
    }

    private mutating func describe(_ notification: SNMPNotification, catalog: Catalog) {
        oid = notification.trapOID.description
        name = catalog.name(of: notification.trapOID)
        enterprise = notification.enterprise?.description
        agentAddress = notification.agentAddress.map(dotted)
        uptime = notification.uptime
        requestId = notification.requestID
        variables = Variable.all(notification.variables, catalog)
    }

    /// - Parameter octets: what the message was read from.
    private mutating func describe(
        _ message: SNMPMessage, in octets: [UInt8], _ catalog: Catalog, _ leniency: Leniency,
        _ communityName: (ArraySlice<UInt8>) -> String?
    ) throws(WireError) {
        if message.pdu?.kind.isNotification ?? false {
            describe(try SNMPNotification.decode(octets, leniency: leniency), catalog: catalog)
        }
        describe(message, catalog: catalog, communityName: communityName)
    }

    /// What every message tells, whatever its PDU.
    private mutating func describe(
        _ message: SNMPMessage, catalog: Catalog, communityName: (ArraySlice<UInt8>) -> String?
    ) {
        version = message.version.description
        switch message {
        case .community(let message):
            community = communityName(message.community)
        case .v3(let envelope):
            user = String(decoding: envelope.userName, as: UTF8.self)
            level = envelope.level.description
            engineID = hex(envelope.engineID)
            engineBoots = envelope.engineBoots
            engineTime = envelope.engineTime
            switch envelope.scopedPDU {
            case .plaintext(let contextEngineID, let contextName, _):
                context = contextName.isEmpty ? nil : String(decoding: contextName, as: UTF8.self)
                self.contextEngineID = Self.other(contextEngineID, than: envelope.engineID)
            case .encrypted:
                pdu = "encrypted"
            }
        }
        guard let pdu = message.pdu else { return }
        self.pdu = pdu.kind.name
        if case .standard(let standard) = pdu, !standard.kind.isNotification {
            requestId = standard.requestID
            variables = Variable.all(standard.variables, catalog)
        }
    }
}
