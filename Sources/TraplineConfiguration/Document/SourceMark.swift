/// A place in a text file; both numbers count from 1, the column in Unicode scalars.
struct SourceMark: Hashable, Comparable {
    var line: Int
    var column: Int

    static let start = SourceMark(line: 1, column: 1)

    static func < (left: SourceMark, right: SourceMark) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
