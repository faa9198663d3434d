import Glibc
import SNMPWire

// What the optimised decoder asks of the heap. A debug build allocates where it likes, so that this is no unit test.

@_silgen_name("allocation_count")
private func allocationCount() -> Int

@main
struct CountAllocations {
    /// One for the datagram's copy out of the receive buffer, one for the OID that a v1 trap does not carry.
    static let mostForAccepted = 2

    static func main() {
        let datagrams = CommandLine.arguments.dropFirst().map { ($0, octets(of: $0)) }
        // Once before counting: constants are made when first used.
        for (_, datagram) in datagrams { _ = measure(datagram) }
        let tooMany = datagrams.map { ($0, measure($1)) }.filter { !$1.isWithin }
        for (path, measured) in tooMany {
            print("too many allocations: \(path): \(measured)")
        }
        // That the count sees anything at all.
        let seen = count { copy([1, 2, 3]).count == 3 }.allocations
        print("\(datagrams.count) datagrams counted; a copy alone allocates \(seen)")
        exit(tooMany.isEmpty && seen == 1 && !datagrams.isEmpty ? 0 : 1)
    }

    struct Measured {
        var isAccepted: Bool
        var check: Int
        var walkWhereItLies: Int
        var copyAndDecodeAndWalk: Int
        var damagedAndRefused: Int

        var isWithin: Bool {
            // The OID that a v1 trap does not carry.
            check == 0 && walkWhereItLies <= (isAccepted ? 1 : 0) && damagedAndRefused == 0
                && copyAndDecodeAndWalk <= (isAccepted ? CountAllocations.mostForAccepted : 1)
        }
    }

    private static func measure(_ datagram: [UInt8]) -> Measured {
        let checked = count { (try? NotificationView.check(datagram)) != nil }
        let taken = count { take(datagram) }
        return Measured(
            isAccepted: checked.result, check: checked.allocations,
            walkWhereItLies: count { walk(datagram) }.allocations, copyAndDecodeAndWalk: taken.allocations,
            damagedAndRefused: countRefused(datagram))
    }

    /// Walks its variables where they lie.
    @inline(never)
    private static func walk(_ datagram: [UInt8]) -> Bool {
        guard var reader = try? NotificationReader(datagram.rawOctets) else { return false }
        var sum = 0
        while let variable = reader.variables.next() {
            sum &+= variable.name.byteCount
        }
        return sum >= 0
    }

    /// Copies the datagram, as out of a socket's buffer, decodes it and walks its variables.
    @inline(never)
    private static func take(_ datagram: [UInt8]) -> Bool {
        guard let notification = try? SNMPNotification.decode(copy(datagram)) else { return false }
        var sum = 0
        for variable in notification.variables {
            sum &+= variable.name.encoded.count
        }
        return sum >= 0
    }

    @inline(never)
    private static func copy(_ datagram: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: datagram.count) { buffer, count in
            for offset in datagram.indices {
                buffer[offset] = datagram[offset]
            }
            count = datagram.count
        }
    }

    /// The allocations of all datagrams with one octet changed that are refused.
    private static func countRefused(_ original: [UInt8]) -> Int {
        var datagram = original
        var sum = 0
        for offset in datagram.indices {
            for change: UInt8 in [0x00, 0x01, 0x7f, 0x80, 0x81, 0x84, 0xff] where change != original[offset] {
                datagram[offset] = change
                let checked = count { (try? NotificationView.check(datagram)) != nil }
                if !checked.result { sum += checked.allocations }
                let decoded = count { (try? SNMPNotification.decode(datagram)) != nil }
                if !decoded.result { sum += decoded.allocations }
            }
            datagram[offset] = original[offset]
        }
        return sum
    }

    @inline(never)
    private static func count(_ body: () -> Bool) -> (allocations: Int, result: Bool) {
        let before = allocationCount()
        let result = body()
        return (allocationCount() - before, result)
    }

    private static func octets(of path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else {
            print("\(path) cannot be read")
            exit(1)
        }
        defer { fclose(file) }
        var octets = [UInt8](repeating: 0, count: WireLimits.datagramOctets)
        let count = fread(&octets, 1, octets.count, file)
        return Array(octets.prefix(count))
    }
}
