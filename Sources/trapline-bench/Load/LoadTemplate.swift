import SNMPWire

/// A datagram to be sent many times, and where in it a stamp, a request ID and its device's serial number are written
/// each time.
struct LoadTemplate {
    let octets: [UInt8]
    let stampOffset: Int
    /// Of the request ID's four octets; `nil` in v1, which has none.
    let requestIDOffset: Int?
    /// Of the serial number's digits; `nil` where the datagram tells none.
    let serialOffset: Int?

    init(_ datagram: [UInt8]) throws {
        guard let stampOffset = Self.find(Stamp.marker, in: datagram) else {
            throw BenchmarkError("a datagram without a stamp")
        }
        octets = datagram
        self.stampOffset = stampOffset
        // An INTEGER of four octets (X.690 §8.3).
        let header: [UInt8] = [0x02, 0x04]
        let identifier = Self.octets(of: Workload.firstRequestID)
        requestIDOffset = Self.find(header + identifier, in: datagram).map { $0 + header.count }
        serialOffset = Self.find(Array(String(Workload.firstSerial).utf8), in: datagram)
    }

    /// Writes stamp, request ID and the serial number of device `device`, counted from 0, over those of the copy that
    /// begins at `offset`.
    func mark(_ stamp: Stamp, requestID: Int32, device: Int, in slab: inout [UInt8], at offset: Int) {
        stamp.write(to: &slab, at: offset + stampOffset)
        if let serialOffset {
            var rest = Workload.firstSerial + device
            for index in (0..<Workload.serialDigits).reversed() {
                slab[offset + serialOffset + index] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
        }
        guard let requestIDOffset else { return }
        for index in 0..<4 {
            slab[offset + requestIDOffset + index] = UInt8(truncatingIfNeeded: requestID >> Int32(24 - 8 * index))
        }
    }

    private static func octets(of requestID: Int32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: requestID >> $0) }
    }

    private static func find(_ wanted: [UInt8], in octets: [UInt8]) -> Int? {
        unsafe octets.withUnsafeBytes { unsafe Octets.find(wanted, in: $0) }
    }
}
