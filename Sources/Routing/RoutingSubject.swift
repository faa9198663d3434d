import Alarms
import Basics
import Foundation
import MIBCatalog

/// What rows are matched against: an event, how it came, and what is worked out at most once for all rows.
struct RoutingSubject {
    let event: Event
    let received: ReceivedNotification
    /// What a change or clear is matched on is the highest severity since the raise: those who heard of a critical
    /// alarm hear that it is minor now, and that it is over.
    let severity: Severity
    let catalog: Catalog
    var notification: NotificationIdentity
    private let timeZone: TimeZone
    private var minute: Int?

    init(
        _ event: Event, _ received: ReceivedNotification, catalog: Catalog, timeZone: TimeZone, vendor: VendorProfile
    ) {
        self.event = event
        self.received = received
        self.catalog = catalog
        self.timeZone = timeZone
        switch event.transition {
        case .changed, .cleared: severity = event.highestSeverity
        case .raised, .repeated, .logged: severity = event.severity
        }
        notification = NotificationIdentity(event.oid, canonical: vendor.canonical(event.oid), catalog: catalog)
    }

    /// Minutes since Monday 00:00 on the clock of the table's time zone, at the event's time.
    mutating func minuteOfWeek() -> Int {
        if let minute { return minute }
        let seconds = event.time.seconds
        let offset = timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(seconds)))
        let found = WeekSchedule.minuteOfWeek(localSeconds: seconds + Int64(offset))
        minute = found
        return found
    }
}
