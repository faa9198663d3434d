import CLoad
import Glibc

/// What the bench writes into a string of each trap, to know it again at the other end: which of its senders it is from
/// and when it was sent. It passes unchanged through every rendering, being letters and digits.
struct Stamp: Hashable {
    /// Tells the traps of different loads apart, as a storm's from the quiet senders'.
    enum Label: UInt8, CaseIterable {
        case load = 0x61  // a
        case quiet = 0x71  // q
        case storm = 0x73  // s
    }

    static let marker = Array("stamp=".utf8)
    /// Marker, label and 16 digits.
    static let count = marker.count + 1 + digits
    private static let digits = 16

    var label: Label
    /// Nanoseconds of the monotonic clock.
    var time: UInt64

    /// Now, by the clock that stamps are read against.
    static var now: UInt64 {
        var time = timespec()
        let isRead = unsafe clock_gettime(CLOCK_MONOTONIC, &time) == 0
        return isRead ? UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec) : 0
    }

    /// The octets, in text.
    var text: String {
        var octets = Self.marker + [label.rawValue] + Array(repeating: 0, count: Self.digits)
        Self.write(time, to: &octets, at: Self.marker.count + 1)
        return String(decoding: octets, as: UTF8.self)
    }

    /// Puts a time over the one that stands in `octets`, whose stamp begins at `offset`.
    func write(to octets: inout [UInt8], at offset: Int) {
        octets[offset + Self.marker.count] = label.rawValue
        Self.write(time, to: &octets, at: offset + Self.marker.count + 1)
    }

    /// The first stamp in `octets`; `nil` if there is none that is whole.
    static func find(in octets: UnsafeRawBufferPointer) -> Stamp? {
        guard let start = unsafe Octets.find(marker, in: octets), start + count <= octets.count,
            let label = unsafe Label(rawValue: octets[start + marker.count])
        else { return nil }
        var time: UInt64 = 0
        for index in start + marker.count + 1..<start + count {
            guard let digit = unsafe value(octets[index]) else { return nil }
            time = time << 4 | UInt64(digit)
        }
        return Stamp(label: label, time: time)
    }

    private static func write(_ time: UInt64, to octets: inout [UInt8], at offset: Int) {
        for index in 0..<digits {
            let digit = UInt8(truncatingIfNeeded: time >> UInt64(4 * (digits - 1 - index)) & 0xf)
            octets[offset + index] = digit < 10 ? 0x30 + digit : 0x57 + digit
        }
    }

    private static func value(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x61...0x66: octet - 0x57
        default: nil
        }
    }
}

/// Looks in plain memory.
enum Octets {
    /// Where `wanted` begins in `octets` for the first time.
    static func find(_ wanted: [UInt8], in octets: UnsafeRawBufferPointer) -> Int? {
        let place = unsafe load_find(octets.baseAddress, octets.count, wanted, wanted.count)
        return place >= 0 ? place : nil
    }

    /// The decimal number that begins at `index`; `nil` if none does.
    static func number(at index: Int, in octets: UnsafeRawBufferPointer) -> Int? {
        var (index, number) = (index, 0)
        let first = index
        // A number of 18 digits still fits.
        while index < octets.count, index - first < 18, case let digit = unsafe octets[index],
            (0x30...0x39).contains(digit)
        {
            number = number * 10 + Int(digit - 0x30)
            index += 1
        }
        return index > first ? number : nil
    }
}
