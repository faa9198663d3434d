internal import SNMPWire

/// Finds the longest known prefix of an encoded OID in one pass over its octets.
///
/// A point's children lie side by side, ordered by sub-identifier, so that a step down is a look at the place where
/// children numbered from 1 without gaps have it, or else a binary search.
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
        /// Where the arcs below the entry begin, as an index of the OID's octets.
        let end: Int
    }

    private var points: [Point]

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
    }

    /// The deepest entry that is the OID or stands above it.
    func longestPrefix(of encoded: ArraySlice<UInt8>) -> Match? {
        var match: Match?
        var point = points[0]
        var position = encoded.startIndex
        while position < encoded.endIndex {
            var subidentifier: UInt32 = 0
            repeat {
                subidentifier = subidentifier << 7 | UInt32(encoded[position] & 0x7f)
                position += 1
            } while position < encoded.endIndex && encoded[position - 1] & 0x80 != 0
            guard let child = child(of: point, subidentifier) else { break }
            point = child
            if point.entry >= 0 { match = Match(entry: Int(point.entry), end: position) }
        }
        return match
    }

    private func child(of point: Point, _ subidentifier: UInt32) -> Point? {
        let first = Int(point.firstChild)
        let count = Int(point.childCount)
        if subidentifier >= 1, Int(subidentifier) <= count {
            let likely = points[first + Int(subidentifier) - 1]
            if likely.subidentifier == subidentifier { return likely }
        }
        var low = first
        var high = first + count
        while low < high {
            let middle = (low + high) / 2
            let candidate = points[middle]
            if candidate.subidentifier == subidentifier { return candidate }
            if candidate.subidentifier < subidentifier { low = middle + 1 } else { high = middle }
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
