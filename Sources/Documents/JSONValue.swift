public import SNMPWire

/// A variable's value as JSON has it: a number, a text, or null.
public enum JSONValue: Sendable, Hashable {
    case integer(Int64)
    case real(Double)
    case text(String)
    case null

    /// Octets are lower-case hex, addresses and OIDs dotted, a Counter64 a decimal string (JSON readers keep 53 bits), a
    /// number that is none (`NaN`, `Infinity`) its name; exceptions have no value.
    public init(_ value: Value) {
        self =
            switch value {
            case .integer(let number): .integer(Int64(number))
            case .counter32(let number), .gauge32(let number), .timeTicks(let number): .integer(Int64(number))
            case .counter64(let number): .text(String(number))
            case .float(let number): JSONValue(real: Double(number), shortest: "\(number)")
            case .double(let number): JSONValue(real: number, shortest: "\(number)")
            case .octetString(let octets), .opaque(let octets): .text(hex(octets))
            case .objectIdentifier(let oid): .text(oid.description)
            case .ipAddress(let address): .text(dotted(address))
            case .null, .noSuchObject, .noSuchInstance, .endOfMibView: .null
            }
    }

    /// A Float is printed with the digits that it has, not with those of the Double nearest to it.
    private init(real: Double, shortest: String) {
        if real.isNaN {
            self = .text("NaN")
        } else if real.isInfinite {
            self = .text(real < 0 ? "-Infinity" : "Infinity")
        } else {
            self = .real(Double(shortest) ?? real)
        }
    }
}

extension JSONValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let number = try? container.decode(Int64.self) {
            self = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            self = .real(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .integer(let number): try container.encode(number)
        case .real(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .null: try container.encodeNil()
        }
    }
}

/// Lower-case hex, two digits an octet, nothing between.
func hex(_ octets: some Collection<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(octets.count * 2)
    for octet in octets {
        text.append(digits[Int(octet >> 4)])
        text.append(digits[Int(octet & 0x0f)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// An IPv4 address from host order.
func dotted(_ address: UInt32) -> String {
    "\(address >> 24).\(address >> 16 & 0xff).\(address >> 8 & 0xff).\(address & 0xff)"
}
