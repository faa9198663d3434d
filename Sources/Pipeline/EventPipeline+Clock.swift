internal import Alarms
internal import Basics
internal import Devices
internal import Resynchronisation

extension EventPipeline {
    /// A tick is journaled in each second in which nothing else came, so that a longer silence is no silence of the
    /// devices: the server was stopped, its machine suspended, or the clock was set.
    private static let gapLimit: Int64 = 5_000_000_000
    /// A year before the end of time. What a datagram from there or later waits for is due when the clock never gets
    /// to: at the end itself everything would be due again and again.
    static let lastMoment = Timestamp(nanoseconds: .max - 31_536_000_000_000_000)

    /// Moves the clock on to `time`, never back, and lets happen what was due by then: each timer at its own time, in
    /// the order of these times, and never in between two batches.
    /// - Parameter isUnheard: nobody listened until then, however short it was.
    mutating func moveClock(to time: Timestamp, isUnheard: Bool, _ draft: inout BatchDraft) {
        let time = min(time, EventPipeline.lastMoment)
        guard let before = clock else {
            clock = time
            return tell(devices.advance(to: time), &draft)
        }
        guard time > before else { return }
        clock = time
        let passed = time.nanoseconds(since: before)
        if passed > EventPipeline.gapLimit || isUnheard { postpone(by: passed) }
        if isUnheard { devices.postpone(by: passed) }
        // The inventory knows of the gap by itself; a second is as exact as it is.
        tell(devices.advance(to: time), &draft)
        fire(by: time, &draft)
    }

    /// Each piece of news after the other rooms' timers that were due before it.
    private mutating func tell(_ news: [DeviceNews], _ draft: inout BatchDraft) {
        for news in news {
            fire(by: news.time, &draft)
            tell(news, &draft)
        }
    }

    private mutating func fire(by time: Timestamp, _ draft: inout BatchDraft) {
        while let due = nextDue, due <= time { fire(at: due, &draft) }
    }

    /// Nobody could be heard for that long, so that whoever was waited for has that much longer.
    private mutating func postpone(by nanoseconds: Int64) {
        alarms.postpone(by: nanoseconds)
        syncs.postpone(by: nanoseconds)
    }

    /// When the next timer of any room is due.
    private var nextDue: Timestamp? {
        Timestamp.earlier(Timestamp.earlier(alarms.nextDue, operations.nextDue), syncs.nextDue)
    }

    /// What is due at that moment, room after room in this order.
    private mutating func fire(at due: Timestamp, _ draft: inout BatchDraft) {
        fireAlarms(at: due, &draft)
        fireOperations(at: due, &draft)
        fireSyncs(at: due, &draft)
    }
}

extension Timestamp {
    /// The earlier of two moments that may be none.
    static func earlier(_ left: Timestamp?, _ right: Timestamp?) -> Timestamp? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }
}
