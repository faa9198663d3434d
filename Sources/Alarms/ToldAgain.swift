/// The reasons of events that tell sinks of an alarm that stood before: they are no news of its device.
public enum ToldAgain {
    /// A route's `after` is over.
    public static let stillStanding = "still standing"
    public static let maintenanceEnded = "maintenance ended"

    public static func silenceEnded(_ number: Int64) -> String { "silence \(number) ended" }

    /// Whether an event with this reason tells of what stood before it.
    public static func isReason(_ reason: String?) -> Bool {
        guard let reason else { return false }
        return reason == stillStanding || reason == maintenanceEnded
            || reason.hasPrefix("silence ") && reason.hasSuffix(" ended")
    }
}
