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
        guard case .number(let number) = value else { return nil }
        switch number {
        case .timeTicks(let ticks): return ticks
        case .gauge32(let ticks), .counter32(let ticks): return leniency.contains(.misplacedHeader) ? ticks : nil
        case .integer(let ticks): return leniency.contains(.misplacedHeader) ? UInt32(exactly: ticks) : nil
        default: return nil
        }
    }
}

extension VariableBindings {
    /// The header, and the variables without it.
    func splitHeader() throws(WireError) -> (uptime: UInt32, trapOID: OID, rest: VariableBindings) {
        let header = try BERReader(encoded.rawOctets, leniency: .devices).notificationHeader()
        let trapOID = OID(checked: encoded.octets(header.trapOID))
        let (first, second) = (header.uptimeElement, header.trapOIDElement)
        if first.lowerBound == 0, !first.isEmpty, second.lowerBound == first.upperBound {
            let rest = encoded.octets(second.upperBound..<encoded.count)
            return (header.uptime, trapOID, VariableBindings(checked: rest, count: count - 2))
        }
        // Out of place: what is left is put together anew.
        var rest: [UInt8] = []
        rest.reserveCapacity(encoded.count)
        var position = 0
        for element in [first, second].filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            rest.append(contentsOf: encoded.octets(position..<element.lowerBound))
            position = element.upperBound
        }
        rest.append(contentsOf: encoded.octets(position..<encoded.count))
        let restCount = count - (first.isEmpty ? 1 : 2)
        return (header.uptime, trapOID, VariableBindings(checked: rest[...], count: restCount))
    }
}
