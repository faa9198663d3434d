import SNMPWire

/// BER written the plain way, apart from the writer under test: what the tests make odd datagrams of.
enum Octets {
    static func element(_ tag: UInt8, _ contents: [UInt8], lengthOctets: Int? = nil) -> [UInt8] {
        let count = contents.count
        if let lengthOctets {
            let length = (0..<lengthOctets).reversed().map { $0 < 8 ? UInt8(truncatingIfNeeded: count >> (8 * $0)) : 0 }
            return [tag, 0x80 | UInt8(lengthOctets)] + length + contents
        }
        if count < 0x80 { return [tag, UInt8(count)] + contents }
        if count < 0x100 { return [tag, 0x81, UInt8(count)] + contents }
        return [tag, 0x82, UInt8(count >> 8), UInt8(count & 0xff)] + contents
    }

    static func integer(_ octets: UInt8...) -> [UInt8] { element(0x02, octets) }

    /// Arcs below 128 only.
    static func oid(_ arcs: UInt8...) -> [UInt8] { element(0x06, [arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2)) }

    static func binding(_ value: [UInt8], name: [UInt8] = oid(1, 3, 6, 1, 99)) -> [UInt8] {
        element(0x30, name + value)
    }

    static let uptime = binding(element(0x43, [77]), name: oid(1, 3, 6, 1, 2, 1, 1, 3, 0))
    static let trapOID = binding(oid(1, 3, 6, 1, 98), name: oid(1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0))

    static func message(
        version: [UInt8] = integer(1), community: [UInt8] = element(0x04, Array("public".utf8)), tag: UInt8 = 0xa7,
        requestID: [UInt8] = integer(5), header: [UInt8] = uptime + trapOID, variables: [UInt8] = [],
        lengthOctets: Int? = nil
    ) -> [UInt8] {
        let list = element(0x30, header + variables, lengthOctets: lengthOctets)
        let pdu = element(tag, requestID + integer(0) + integer(0) + list, lengthOctets: lengthOctets)
        return element(0x30, version + community + pdu, lengthOctets: lengthOctets)
    }

    static func trapV1(
        version: [UInt8] = integer(0), enterprise: [UInt8] = oid(1, 3, 6, 1, 4, 1, 99),
        agentAddress: [UInt8] = element(0x40, [192, 0, 2, 1]), generic: [UInt8] = integer(6),
        specific: [UInt8] = integer(17), timestamp: [UInt8] = element(0x43, [9]), variables: [UInt8] = []
    ) -> [UInt8] {
        let fields = enterprise + agentAddress + generic + specific + timestamp
        let pdu = element(0xa4, fields + element(0x30, variables))
        return element(0x30, version + element(0x04, Array("public".utf8)) + pdu)
    }
}

/// The code that decoding throws; `nil` where it does not.
func refusal(_ datagram: [UInt8], _ leniency: Leniency = .devices) -> WireError.Code? {
    do throws(WireError) {
        _ = try SNMPNotification.decode(datagram, leniency: leniency)
        return nil
    } catch {
        return error.code
    }
}

extension Value {
    /// As the fixtures and the comparison with tshark write it.
    var text: String {
        switch self {
        case .integer(let number): String(number)
        case .octetString(let octets), .opaque(let octets): hex(octets)
        case .null, .noSuchObject, .noSuchInstance, .endOfMibView: ""
        case .objectIdentifier(let oid): oid.description
        case .ipAddress(let address): dotted(address)
        case .counter32(let number), .gauge32(let number), .timeTicks(let number): String(number)
        case .float(let number): String(number)
        case .double(let number): String(number)
        case .counter64(let number): String(number)
        }
    }
}

func dotted(_ address: UInt32) -> String {
    [24, 16, 8, 0].map { String(address >> $0 & 0xff) }.joined(separator: ".")
}

func hex(_ octets: some Sequence<UInt8>) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
