import SNMPWire

/// Reads a datagram in every way there is, and says whether the answers fit each other. The tests and the fuzzing target
/// share it.
struct Reading {
    var isDecoded: Bool
    /// What does not fit together; `nil` where all readers agree.
    var disagreement: String?

    init(_ datagram: [UInt8], leniency: Leniency = .devices) {
        // Octets may be a plaintext as well.
        if (try? ScopedPDU.decode(datagram, leniency: leniency)) == nil
            && (try? V3View.checkScopedPDU(datagram.rawOctets, leniency: leniency)) != nil
        {
            disagreement = "the view of a scoped PDU takes what its decoder does not"
        }
        let message: SNMPMessage
        do throws(WireError) {
            message = try SNMPMessage.decode(datagram, leniency: leniency)
            isDecoded = true
        } catch {
            isDecoded = false
            if !(0...datagram.count).contains(error.offset) {
                disagreement = "\(error) is outside"
            } else if (try? NotificationView.check(datagram, leniency: leniency)) != nil
                || (try? SNMPNotification.decode(datagram, leniency: leniency)) != nil
                || Reading.walk(datagram, leniency) != nil || (try? V3View.check(datagram, leniency: leniency)) != nil
                || InformResponse.encode(to: datagram, leniency: leniency) != nil
            {
                disagreement = "\(error), and yet another reader takes it"
            }
            return
        }
        if let variables = message.pdu?.variables, variables.reduce(0, { count, _ in count + 1 }) != variables.count {
            disagreement = "a walk of the variables does not see \(variables.count)"
        }
        if (try? SNMPMessage.decode(message.encode())) != message {
            disagreement = "what is written is not what was read: \(message)"
        }
        let summary = try? NotificationView.check(datagram, leniency: leniency)
        let notification = try? SNMPNotification.decode(datagram, leniency: leniency)
        if (summary != nil) != (notification != nil || message.pdu == nil) {
            disagreement = "the check and the decoder do not agree that this is a notification"
        }
        if (((try? V3View.check(datagram, leniency: leniency)) ?? nil) != nil) != (message.version == .v3) {
            disagreement = "the view of v3 and the decoder do not agree that this is a v3 message"
        }
        let isInform = notification?.kind == .inform && notification?.version != .v3
        if (InformResponse.encode(to: datagram, leniency: leniency) != nil) != isInform {
            disagreement = "informs and nothing else are answered"
        }
        if leniency == .devices, (try? SNMPNotification(message)) != notification {
            disagreement = "a notification made of the message is another"
        }
        let walked = Reading.walk(datagram, leniency)
        if walked != notification.map(Walked.init) {
            disagreement = "where it lies another notification is read: \(String(describing: walked))"
        }
        if let notification {
            let bytes = datagram[(summary?.community ?? 0..<0)]
            if bytes != notification.community { disagreement = "the community lies elsewhere" }
            _ = notification.v1Message(community: [])
        }
    }

    /// What the reader finds that copies nothing; `nil` where it refuses the datagram, at once or in the middle.
    private static func walk(_ datagram: [UInt8], _ leniency: Leniency) -> Walked? {
        do throws(WireError) {
            var reader = try NotificationReader(datagram.rawOctets, leniency: leniency)
            var walked = Walked(
                version: reader.version, kind: reader.kind, uptime: reader.uptime, trapOID: octets(reader.trapOID),
                variables: [])
            while let variable = try reader.variables.read() {
                walked.variables.append(.init(name: octets(variable.name), value: Value(variable.value)))
            }
            return walked
        } catch {
            return nil
        }
    }

    /// An OID's octets, of which none stand for 0.0.
    private static func octets(_ oid: RawSpan) -> [UInt8] { oid.withUnsafeBytes { $0.isEmpty ? [0] : [UInt8]($0) } }
}

/// A notification as values that can be compared.
private struct Walked: Hashable {
    struct Variable: Hashable {
        var name: [UInt8]
        var value: Value
    }

    var version: SNMPVersion
    var kind: SNMPNotification.Kind
    var uptime: UInt32
    var trapOID: [UInt8]
    var variables: [Variable]

    init(
        version: SNMPVersion, kind: SNMPNotification.Kind, uptime: UInt32, trapOID: [UInt8], variables: [Variable]
    ) {
        self.version = version
        self.kind = kind
        self.uptime = uptime
        self.trapOID = trapOID
        self.variables = variables
    }

    init(_ notification: SNMPNotification) {
        self.init(
            version: notification.version, kind: notification.kind, uptime: notification.uptime,
            trapOID: Array(notification.trapOID.encoded),
            variables: notification.variables.map { Variable(name: Array($0.name.encoded), value: $0.value) })
    }
}
