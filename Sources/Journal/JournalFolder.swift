internal import Basics
internal import Glibc

/// The folder that holds a journal's segments, `trapline-0000000001.pcapng` and so on.
struct JournalFolder: Sendable {
    private static let prefix = "trapline-"
    private static let suffix = ".pcapng"
    private static let digits = 10
    /// Far more segments than a disk ever held, and small enough that numbers can still be counted on from there.
    private static let mostDigits = 18

    let path: String

    func path(ofSegment number: UInt64) -> String {
        let text = String(number)
        return path + "/" + Self.prefix + String(repeating: "0", count: max(0, Self.digits - text.utf8.count)) + text
            + Self.suffix
    }

    /// The segment's number; `nil` for a file that is none.
    static func number(ofName name: some StringProtocol) -> UInt64? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
        let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
        guard (Self.digits...mostDigits).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return UInt64(digits)
    }

    /// The numbers of the segments that are there, lowest first.
    func segments() throws(JournalError) -> [UInt64] {
        guard let directory = unsafe opendir(path) else {
            throw JournalError(SystemError(errno), doing: "list the folder", path: path)
        }
        defer { unsafe closedir(directory) }
        var numbers: [UInt64] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if let number = Self.number(ofName: name) { numbers.append(number) }
        }
        return numbers.sorted()
    }

    /// What is there, lowest number first.
    func summaries() throws(JournalError) -> [SegmentSummary] {
        var summaries: [SegmentSummary] = []
        for number in try segments() {
            var status = stat()
            // One that goes meanwhile is none.
            guard unsafe stat(path(ofSegment: number), &status) == 0 else { continue }
            let written = Timestamp(
                seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
            summaries.append(
                SegmentSummary(number: number, size: UInt64(max(0, status.st_size)), lastWritten: written))
        }
        return summaries
    }

    /// The lowest segment that is there from `number` on.
    func firstSegment(from number: UInt64) throws(JournalError) -> UInt64? {
        if unsafe access(path(ofSegment: number), F_OK) == 0 { return number }
        return try segments().first { $0 >= number }
    }

    /// Makes the folder where it is missing, for its owner alone, with the folders above it.
    func create() throws(JournalError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            partial += (partial.isEmpty || partial.hasSuffix("/") ? "" : "/") + component
            if unsafe mkdir(partial, 0o700) != 0, errno != EEXIST {
                throw JournalError(SystemError(errno), doing: "create the folder", path: partial)
            }
        }
    }
}
