internal import Basics

/// What is due at a time, the earliest first, and in the order of insertion where times are the same: a binary heap.
struct TimedQueue<Element: Sendable>: Sendable {
    private struct Entry: Sendable {
        var due: Timestamp
        var number: UInt64
        var element: Element

        static func < (left: Entry, right: Entry) -> Bool { (left.due, left.number) < (right.due, right.number) }
    }

    private var entries: [Entry] = []
    private var number: UInt64 = 0

    var isEmpty: Bool { entries.isEmpty }

    /// When the first is due.
    var nextDue: Timestamp? { entries.first?.due }

    mutating func insert(_ element: Element, due: Timestamp) {
        entries.append(Entry(due: due, number: number, element: element))
        number += 1
        var place = entries.count - 1
        while place > 0, entries[place] < entries[(place - 1) / 2] {
            entries.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// The first, if it is due by `time`.
    mutating func pop(by time: Timestamp) -> (due: Timestamp, element: Element)? {
        guard let first = entries.first, first.due <= time else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < entries.count && entries[child] < entries[least] {
                least = child
            }
            if least == place { break }
            entries.swapAt(place, least)
            place = least
        }
        return (first.due, first.element)
    }
}
