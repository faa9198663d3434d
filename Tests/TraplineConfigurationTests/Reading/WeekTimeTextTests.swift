import Routing
import Testing

@testable import TraplineConfiguration

struct WeekTimeTextTests {
    @Test(arguments: [
        ("mon-fri 08:00-18:00", [1, 2, 3, 4, 5], 480, 1_080),
        ("sat,sun", [6, 7], 0, 1_440),
        ("Mon,Wed-Thu 9:30-9:45", [1, 3, 4], 570, 585),
        ("fri-mon 00:00-24:00", [1, 5, 6, 7], 0, 1_440),
        ("22:00-06:00", [1, 2, 3, 4, 5, 6, 7], 1_320, 360),
        ("sun", [7], 0, 1_440),
        ("mon-mon 00:00-00:01", [1], 0, 1),
        ("sat  18:00-24:00", [6], 1_080, 1_440),
    ])
    func reads(text: String, weekdays: [Int], start: Int, end: Int) {
        #expect(
            WeekTimeText.parse(text)
                == RouteConditions.TimeSpan(weekdays: Set(weekdays), startMinute: start, endMinute: end))
    }

    @Test(arguments: [
        "", "always", "mon fri", "mon-", "-fri", "mon-tue-wed", "mon,", "monday", "mon 8-18", "mon 08:00", "mon 08:00-",
        "mon 08:00-08:00", "mon 24:00-08:00", "mon 08:60-09:00", "mon 08:00-24:01", "mon 08:00-18:00 tue",
        "08:00-18:00 mon", "mon 008:00-09:00", "mon 08:0-09:00", "mon +8:00-09:00", "mon 08:00-09:00-10:00",
    ])
    func refuses(text: String) {
        #expect(WeekTimeText.parse(text) == nil)
    }
}
