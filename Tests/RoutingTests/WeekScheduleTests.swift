import Alarms
import Testing

@testable import Routing

@Suite struct WeekScheduleTests {
    private typealias Span = RouteConditions.TimeSpan

    private func minute(_ weekday: Int, _ hour: Int, _ minute: Int) -> Int {
        ((weekday - 1) * 24 + hour) * 60 + minute
    }

    @Test func theEndIsNotPartOfASpan() {
        let schedule = WeekSchedule([Span(weekdays: [1, 2, 3, 4, 5], startMinute: 480, endMinute: 1_080)])
        #expect(!schedule.contains(minuteOfWeek: minute(1, 7, 59)))
        #expect(schedule.contains(minuteOfWeek: minute(1, 8, 0)))
        #expect(schedule.contains(minuteOfWeek: minute(5, 17, 59)))
        #expect(!schedule.contains(minuteOfWeek: minute(5, 18, 0)))
        #expect(!schedule.contains(minuteOfWeek: minute(6, 12, 0)))
    }

    @Test func aSpanPastMidnightBelongsToTheDayItStartsOn() {
        let night = WeekSchedule([Span(weekdays: [5], startMinute: 22 * 60, endMinute: 6 * 60)])
        #expect(!night.contains(minuteOfWeek: minute(5, 5, 0)))
        #expect(night.contains(minuteOfWeek: minute(5, 22, 0)))
        #expect(night.contains(minuteOfWeek: minute(6, 5, 59)))
        #expect(!night.contains(minuteOfWeek: minute(6, 6, 0)))
    }

    @Test func sundaysNightRunsIntoMonday() {
        let night = WeekSchedule([Span(weekdays: [7], startMinute: 22 * 60, endMinute: 6 * 60)])
        #expect(night.contains(minuteOfWeek: minute(1, 3, 0)))
        #expect(!night.contains(minuteOfWeek: minute(7, 3, 0)))
    }

    @Test func equalEndsAreAWholeDay() {
        let day = WeekSchedule([Span(weekdays: [3], startMinute: 0, endMinute: 0)])
        #expect(day.contains(minuteOfWeek: minute(3, 0, 0)))
        #expect(day.contains(minuteOfWeek: minute(3, 23, 59)))
        #expect(!day.contains(minuteOfWeek: minute(4, 0, 0)))
        #expect(day.isSuperset(of: WeekSchedule([Span(weekdays: [3], startMinute: 0, endMinute: 1_440)])))
    }

    @Test(
        arguments: [
            (0, 3 * 1_440), (59, 3 * 1_440), (60, 3 * 1_440 + 1), (-1, 3 * 1_440 - 1), (-60, 3 * 1_440 - 1),
            (-61, 3 * 1_440 - 2), (4 * 86_400, 0), (4 * 86_400 - 1, 10_079), (-3 * 86_400, 0),
            (-3 * 86_400 - 1, 10_079),
        ] as [(Int64, Int)])
    func theWeekBeginsOnMonday(seconds: Int64, expected: Int) {
        #expect(WeekSchedule.minuteOfWeek(localSeconds: seconds) == expected)
    }
}
