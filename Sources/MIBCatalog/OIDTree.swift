internal import SNMPWire

/// Finds the longest known prefix of an encoded OID in one pass over its octets.
///
/// A point's children lie side by side, ordered by sub-identifier, so that a step down is a look at the place where
/// children numbered from 1 without gaps have it, or else a binary search. The first steps are the same for all that a
/// vendor has, so that a table of beginnings (`OIDBeginnings`) leads past them.
struct OIDTree: Sendable {
    /// A point of the tree; the root, at 0, stands for the empty OID.
    private struct Point: Sendable {
        /// As it is encoded: the first one stands for two arcs.
        var subidentifier: UInt32
        var firstChild: Int32
        var childCount: Int32
        /// What is known here: an index of the caller's, or -1.
        var entry: Int32
    }

    struct Match: Sendable {
        let entry: Int
        /// Where the arcs below the entry begin, counted from the OID's first octet.
        let end: Int
    }

    private var points: [Point]
    private var long = OIDBeginnings(length: OIDBeginnings.longLength)
    private var short = OIDBeginnings(length: OIDBeginnings.shortLength)

    /// - Parameter entries: the encoded OIDs, in order. Where one stands twice, the later one is found.
    init(_ entries: [ArraySlice<UInt8>]) {
        let paths = entries.map(OIDTree.subidentifiers)
        points = [Point(subidentifier: 0, firstChild: 0, childCount: 0, entry: -1)]
        // Level by level, so that children become neighbours: a work item is a point and the ordered entries below it.
        var work = [(point: 0, entries: paths.indices, depth: 0)]
        var next = 0
        while next < work.count {
            let (point, below, depth) = work[next]
            next += 1
            var rest = below
            while let entry = rest.first, paths[entry].count == depth {
                points[point].entry = Int32(entry)
                rest = rest.dropFirst()
            }
            points[point].firstChild = Int32(points.count)
            while let first = rest.first {
                let subidentifier = paths[first][depth]
                let end = rest.firstIndex { paths[$0][depth] != subidentifier } ?? rest.endIndex
                let group = first..<end
                rest = end..<rest.endIndex
                work.append((points.count, group, depth + 1))
                points.append(Point(subidentifier: subidentifier, firstChild: 0, childCount: 0, entry: -1))
                points[point].childCount += 1
            }
        }
        remember(entries)
    }

    private mutating func remember(_ entries: [ArraySlice<UInt8>]) {
        var beginnings = [OIDBeginnings(length: long.length), OIDBeginnings(length: short.length)]
        for entry in entries {
            for index in beginnings.indices {
                let length = beginnings[index].length
                guard entry.count >= length else { continue }
                let beginning = Array(entry.prefix(length))
                // An arc that goes on behind the beginning makes it one of no point.
                guard beginning.last.map({ $0 & 0x80 == 0 }) ?? false else { continue }
                let place = walk(beginning.rawOctets, from: .root)
                beginnings[index].add(beginning, place)
            }
        }
        for index in beginnings.indices { beginnings[index].close() }
        (long, short) = (beginnings[0], beginnings[1])
    }

    /// The deepest entry that is the OID or stands above it.
    @inline(__always)
    func longestPrefix(of encoded: RawSpan) -> Match? {
        let start = long.place(of: encoded) ?? short.place(of: encoded) ?? .root
        let place = walk(encoded, from: start)
        return place.entry >= 0 ? Match(entry: Int(place.entry), end: Int(place.end)) : nil
    }

    /// Steps down from a place as far as points are known.
    private func walk(_ encoded: RawSpan, from start: OIDPlace) -> OIDPlace {
        let points = points.span
        var place = start
        var position = Int(start.position)
        while position < encoded.byteCount, points[Int(place.point)].childCount > 0 {
            var subidentifier: UInt32 = 0
            var octet: UInt8
            repeat {
                // In bounds by the conditions of both loops, and any octet is a UInt8.
                octet = unsafe encoded.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
                subidentifier = subidentifier << 7 | UInt32(octet & 0x7f)
                position += 1
            } while octet & 0x80 != 0 && position < encoded.byteCount
            guard let child = OIDTree.child(of: Int(place.point), subidentifier, in: points) else { break }
            place.point = Int32(truncatingIfNeeded: child)
            place.position = Int32(truncatingIfNeeded: position)
            let entry = points[child].entry
            if entry >= 0 {
                place.entry = entry
                place.end = place.position
            }
        }
        return place
    }

    @inline(__always)
    private static func child(of point: Int, _ subidentifier: UInt32, in points: Span<Point>) -> Int? {
        let parent = points[point]
        let first = Int(parent.firstChild)
        let likely = Int(subidentifier) &- 1
        if likely >= 0, likely < Int(parent.childCount), points[first &+ likely].subidentifier == subidentifier {
            return first &+ likely
        }
        var low = first
        var high = first &+ Int(parent.childCount)
        while low < high {
            let middle = (low &+ high) / 2
            let candidate = points[middle].subidentifier
            if candidate == subidentifier { return middle }
            if candidate < subidentifier { low = middle &+ 1 } else { high = middle }
        }
        return nil
    }

    private static func subidentifiers(of encoded: ArraySlice<UInt8>) -> [UInt32] {
        var result: [UInt32] = []
        var current: UInt32 = 0
        for octet in encoded {
            current = current << 7 | UInt32(octet & 0x7f)
            if octet & 0x80 == 0 {
                result.append(current)
                current = 0
            }
        }
        return result
    }
}

/// How far a search has come.
struct OIDPlace: Sendable {
    /// The point of the tree.
    var point: Int32
    /// How many octets led there.
    var position: Int32
    /// The deepest entry on the way, or -1, and how many octets led to that.
    var entry: Int32
    var end: Int32

    static let root = OIDPlace(point: 0, position: 0, entry: -1, end: 0)
}
