/// The two variables that begin a v2 notification: `sysUpTime.0` and `snmpTrapOID.0` (RFC 3416 §4.2.6). Ranges count
/// from the first octet of what the reader reads.
struct NotificationHeader {
    /// Hundredths of a second.
    var uptime: UInt32
    /// The content octets of the notification's OID.
    var trapOID: Range<Int>
    /// The elements of the two variables; empty where one is absent.
    var uptimeElement: Range<Int>
    var trapOIDElement: Range<Int>
}

extension BERReader {
    /// Finds the two among the variables that are left.
    func notificationHeader() throws(WireError) -> NotificationHeader {
        let start = position
        var reader = inside(position..<end)
        var header = NotificationHeader(
            uptime: 0, trapOID: start..<start, uptimeElement: start..<start, trapOIDElement: start..<start)
        var found = (uptime: false, trapOID: false)
        while !reader.isAtEnd, !(found.uptime && found.trapOID) {
            let element = reader.position
            let (name, value) = try reader.binding()
            if !found.uptime, let ticks = ticks(value), holds(.sysUpTimeInstance, in: name) {
                found.uptime = true
                header.uptime = ticks
                header.uptimeElement = element..<reader.position
            } else if !found.trapOID, case .objectIdentifier(let range) = value, holds(.snmpTrapOIDInstance, in: name),
                found.uptime || leniency.contains(.misplacedHeader)
            {
                found.trapOID = true
                header.trapOID = range
                header.trapOIDElement = element..<reader.position
            } else if !leniency.contains(.misplacedHeader) {
                break
            }
        }
        guard found.trapOID else { throw WireError(.missingTrapOID, at: start) }
        return header
    }

    private func ticks(_ value: ValueLayout) -> UInt32? {
        switch value {
        case .timeTicks(let ticks): return ticks
        case .gauge32(let ticks), .counter32(let ticks): return leniency.contains(.misplacedHeader) ? ticks : nil
        case .integer(let ticks): return leniency.contains(.misplacedHeader) ? UInt32(exactly: ticks) : nil
        default: return nil
        }
    }
}

extension NotificationHeader {
    /// Whether the header begins the list, as it should, so that what follows it is the rest of the list as it lies.
    /// - Parameter start: where the list begins.
    func isInPlace(from start: Int) -> Bool {
        uptimeElement.lowerBound == start && !uptimeElement.isEmpty
            && trapOIDElement.lowerBound == uptimeElement.upperBound
    }

    /// The variables without the header.
    /// - Parameters:
    ///   - buffer: what the header was read from.
    ///   - list: where the list lies in it.
    func rest(of list: Range<Int>, count: Int, in buffer: ArraySlice<UInt8>) -> VariableBindings {
        let restCount = count - (uptimeElement.isEmpty ? 1 : 2)
        if isInPlace(from: list.lowerBound) {
            return VariableBindings(
                checked: buffer.octets(trapOIDElement.upperBound..<list.upperBound), count: restCount)
        }
        // Out of place: what is left is put together anew.
        // An absent sysUpTime is an empty range where the list begins.
        let isUptimeFirst = uptimeElement.lowerBound <= trapOIDElement.lowerBound
        let first = isUptimeFirst ? uptimeElement : trapOIDElement
        let second = isUptimeFirst ? trapOIDElement : uptimeElement
        var rest: [UInt8] = []
        rest.reserveCapacity(list.count)
        rest.append(contentsOf: buffer.octets(list.lowerBound..<first.lowerBound))
        rest.append(contentsOf: buffer.octets(first.upperBound..<second.lowerBound))
        rest.append(contentsOf: buffer.octets(second.upperBound..<list.upperBound))
        return VariableBindings(checked: rest[...], count: restCount)
    }
}
