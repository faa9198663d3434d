import SNMPWire

/// Reads a datagram in every way there is, and says whether the answers fit each other. The tests and the fuzzing target
/// share it.
struct Reading {
    var isDecoded: Bool
    /// What does not fit together; `nil` where all readers agree.
    var disagreement: String?

    init(_ datagram: [UInt8], leniency: Leniency = .devices) {
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
        let isInform = notification?.kind == .inform && notification?.version != .v3
        if (InformResponse.encode(to: datagram, leniency: leniency) != nil) != isInform {
            disagreement = "informs and nothing else are answered"
        }
        if leniency == .devices, (try? SNMPNotification(message)) != notification {
            disagreement = "a notification made of the message is another"
        }
        if let notification {
            let bytes = datagram[(summary?.community ?? 0..<0)]
            if bytes != notification.community { disagreement = "the community lies elsewhere" }
            _ = notification.v1Message(community: [])
        }
    }
}
