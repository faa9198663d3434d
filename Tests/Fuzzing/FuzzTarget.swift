import Glibc
import SNMPWire

/// libFuzzer's entry: any octets give a message or an error, and all readers agree about which.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let datagram = [UInt8](UnsafeBufferPointer(start: start, count: count))
    for leniency in [Leniency.none, .devices] {
        guard let disagreement = Reading(datagram, leniency: leniency).disagreement else { continue }
        print(disagreement)
        fflush(nil)
        abort()
    }
    return 0
}
