/// Cuts a stream of octet-counted syslog messages (RFC 6587 §3.4.1) into messages, whatever pieces it comes in.
struct SyslogFrames {
    /// A length of more digits is none.
    private static let mostDigits = 6

    /// What was there of a message when the piece before ended.
    private var rest: [UInt8] = []
    /// The stream makes no sense any more; what comes is not looked at.
    private(set) var isBroken = false

    /// A connection's beginning.
    init() {}

    /// A message that began is not there whole.
    var isInMessage: Bool { !rest.isEmpty }

    /// Tells each message that ends in `piece`.
    mutating func take(_ piece: UnsafeRawBufferPointer, each: (UnsafeRawBufferPointer) -> Void) {
        guard !isBroken else { return }
        if rest.isEmpty {
            let used = unsafe cut(piece, each)
            unsafe rest.append(contentsOf: piece[used...])
        } else {
            unsafe rest.append(contentsOf: piece)
            let held = rest
            let used = unsafe held.withUnsafeBytes { unsafe cut($0, each) }
            rest.removeFirst(used)
        }
    }

    /// How many octets the whole messages take.
    private mutating func cut(_ octets: UnsafeRawBufferPointer, _ each: (UnsafeRawBufferPointer) -> Void) -> Int {
        var start = 0
        while start < octets.count {
            var (index, length) = (start, 0)
            while index < octets.count, case let digit = unsafe octets[index], (0x30...0x39).contains(digit),
                index - start < Self.mostDigits
            {
                length = length * 10 + Int(digit - 0x30)
                index += 1
            }
            guard index < octets.count else { return start }
            guard index > start, unsafe octets[index] == 0x20 else {
                isBroken = true
                return start
            }
            let end = index + 1 + length
            guard end <= octets.count else { return start }
            unsafe each(UnsafeRawBufferPointer(rebasing: octets[(index + 1)..<end]))
            start = end
        }
        return start
    }
}
