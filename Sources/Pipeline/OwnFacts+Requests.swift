internal import Alarms
public import SNMPWire

/// What the manager did, and what came of it: facts of the server's own, and what the pipeline makes of them.
extension OwnFacts {
    /// A request left for a device, under an ID that its answer will bear.
    public static let requestSent = notifications.appending(45)
    /// No answer came to any sending.
    public static let requestUnanswered = notifications.appending(46)
    /// An operator wants a device to be asked what stands on it.
    public static let resyncRequested = notifications.appending(47)
    /// A device's alarms are known to be as they are here.
    public static let resyncDone = notifications.appending(48)
    /// They are not, and cannot be found out at this time.
    public static let resyncFailed = notifications.appending(49)

    /// Nobody asks the device any more, so that nothing is to be had of it.
    public static let resyncGivenUp = notifications.appending(44)

    /// It answers, and has none of the tables that its profile names.
    public static let resyncHasNoTable = notifications.appending(53)

    /// `traplineRequestNumber.0`: the store's number of a request.
    public static let requestNumber = root.appending(2, 55, 0)
    /// `traplineRequestID.0`.
    public static let requestID = root.appending(2, 56, 0)
    /// `traplineResyncDevice.0`: the device's identity.
    public static let resyncDevice = root.appending(2, 57, 0)
    /// What stands there where all are meant; no identity is that.
    static let everyDevice = "*"
    /// `traplineResyncReason.0`.
    public static let resyncReason = root.appending(2, 58, 0)
    /// `traplineResyncRaised.0`: alarms raised or changed by it.
    public static let resyncRaised = root.appending(2, 59, 0)
    /// `traplineResyncCleared.0`.
    public static let resyncCleared = root.appending(2, 60, 0)

    /// Facts that make no event: there is one for every request.
    static func isSilent(_ fact: OID) -> Bool { fact == requestSent || fact == requestUnanswered }

    static func integer(_ name: OID, in fact: SNMPNotification) -> Int64? {
        switch fact.variables.value(of: name) {
        case .counter64(let number)?: Int64(exactly: number)
        case .integer(let number)?: Int64(number)
        case .gauge32(let number)?: Int64(number)
        default: nil
        }
    }

    static func words(_ name: OID, in fact: SNMPNotification) -> String? {
        guard case .octetString(let octets)? = fact.variables.value(of: name) else { return nil }
        return String(decoding: octets, as: UTF8.self)
    }
}
