/// Deadlines by their keys, the earliest first: a binary heap that is told of each change and forgets what was replaced
/// when it comes to it.
///
/// Two deadlines at one moment come in the order of their keys, so that what is made of them does not depend on the
/// order in which they were set: state loaded anew behaves as state kept.
///
/// Every record asks when the next one is due, so that all of it is there to be specialised in the rooms that use it.
public struct DeadlineQueue<Key: Hashable & Comparable & Sendable>: Sendable {
    @usableFromInline
    struct Item: Sendable {
        @usableFromInline var due: Timestamp
        @usableFromInline var key: Key

        @inlinable
        init(due: Timestamp, key: Key) {
            self.due = due
            self.key = key
        }

        @inlinable
        static func isBefore(_ left: borrowing Item, _ right: borrowing Item) -> Bool {
            left.due != right.due ? left.due < right.due : left.key < right.key
        }
    }

    @usableFromInline var deadlines: [Key: Timestamp] = [:]
    /// A heap in which an item counts only if its deadline is still the one of `deadlines`; the first always does.
    @usableFromInline var heap: [Item] = []

    /// Below this many items nothing is gained by sweeping out those that were replaced.
    @inlinable static var leastSweep: Int { 64 }

    @inlinable
    public init() {}

    @inlinable
    public var count: Int { deadlines.count }

    /// All that have a deadline, in no order.
    @inlinable
    public var keys: Dictionary<Key, Timestamp>.Keys { deadlines.keys }

    /// The earliest deadline; `nil` where there is none.
    @inlinable
    public var next: Timestamp? { heap.first?.due }

    @inlinable
    public func deadline(of key: Key) -> Timestamp? { deadlines[key] }

    /// Sets or moves the deadline of `key`; `nil` takes it away.
    @inlinable
    public mutating func set(_ key: Key, to due: Timestamp?) {
        let before = due.map { deadlines.updateValue($0, forKey: key) } ?? deadlines.removeValue(forKey: key)
        guard before != due else { return }
        if let due { push(Item(due: due, key: key)) }
        // An item that was replaced stays in the heap, but never at its head and never as more than half of it.
        if heap.count > 2 * deadlines.count + DeadlineQueue.leastSweep { rebuild() }
        dropReplaced()
    }

    /// The key of the earliest deadline that is not later than `time`, taken out.
    @inlinable
    public mutating func takeNext(by time: Timestamp) -> (key: Key, due: Timestamp)? {
        guard let first = heap.first, first.due <= time else { return nil }
        deadlines.removeValue(forKey: first.key)
        removeFirst()
        dropReplaced()
        return (first.key, first.due)
    }

    /// Moves every deadline by as much; at the end of time it stays there.
    @inlinable
    public mutating func postpone(by nanoseconds: Int64) {
        deadlines = deadlines.mapValues { due in
            let (sum, isTooLate) = due.nanoseconds.addingReportingOverflow(nanoseconds)
            return Timestamp(nanoseconds: isTooLate ? (nanoseconds < 0 ? .min : .max) : sum)
        }
        rebuild()
    }

    @inlinable
    mutating func rebuild() {
        // An array in order is a heap.
        heap = deadlines.map { Item(due: $0.value, key: $0.key) }.sorted(by: Item.isBefore)
    }

    @inlinable
    mutating func dropReplaced() {
        while let first = heap.first, deadlines[first.key] != first.due { removeFirst() }
    }

    @inlinable
    mutating func push(_ item: Item) {
        heap.append(item)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Item.isBefore(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    @inlinable
    mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && Item.isBefore(heap[child], heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
