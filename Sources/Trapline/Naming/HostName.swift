import Basics
import Glibc

/// What the machine's resolver calls the host that has an address: the hosts file, the DNS, whatever it is set up for.
enum HostName {
    /// What came of asking.
    enum Answer: Sendable, Hashable {
        case name(String)
        /// There is none, or none that could be shown.
        case none
        /// Nobody answered, so that there may be one.
        case failed
    }

    /// Blocks for as long as the resolver takes: half a minute where no server answers.
    static func lookUp(_ address: IPAddress) -> Answer {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let length = socklen_t(text.count)
        let result: Int32
        switch address.family {
        case .v4:
            var place = sockaddr_in()
            place.sin_family = sa_family_t(AF_INET)
            place.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.bits).bigEndian
            result = ask(&place, &text, length)
        case .v6:
            var place = sockaddr_in6()
            place.sin6_family = sa_family_t(AF_INET6)
            unsafe withUnsafeMutableBytes(of: &place.sin6_addr) { octets in
                unsafe octets.storeBytes(of: address.bits.bigEndian, as: UInt128.self)
            }
            result = ask(&place, &text, length)
        }
        guard result == 0 else { return result == EAI_NONAME ? .none : .failed }
        let octets = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return name(octets).map { .name($0) } ?? .none
    }

    private static func ask<Place>(_ place: inout Place, _ text: inout [CChar], _ length: socklen_t) -> Int32 {
        unsafe withUnsafePointer(to: &place) { place in
            unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe getnameinfo(
                    address, socklen_t(MemoryLayout<Place>.size), &text, length, nil, 0, NI_NAMEREQD)
            }
        }
    }

    /// A name as operators read it. Whoever answers for an address can write anything into its record: only what a host
    /// can be called (RFC 1123 §2.1, and the underscore that many use) is shown. `localhost` tells nothing, and an
    /// address might be another device's: operators find devices by either.
    static func name(_ octets: [UInt8]) -> String? {
        let kept = octets.last == UInt8(ascii: ".") ? octets.dropLast() : octets[...]
        guard (1...maximumLength).contains(kept.count),
            kept.allSatisfy({ octet in
                switch octet {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            })
        else { return nil }
        let name = String(decoding: kept, as: UTF8.self)
        return name.lowercased() == "localhost" || IPAddress(name) != nil ? nil : name
    }

    /// RFC 1035 §3.1.
    private static let maximumLength = 253
}
