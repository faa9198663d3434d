import Basics
import Glibc
import Intake
public import Logging
import TraplineConfiguration

/// What the embedded default may really listen on: without a configuration file nobody has said what must be bound, so
/// the server takes what it can get and says so. With a file, an address that cannot be bound is an error.
extension LoadedConfiguration {
    /// Moves all ports above 10,000 where this user may not bind those of the embedded default, and leaves IPv6 out
    /// where the machine has none.
    public mutating func fitEmbeddedListeners(_ logger: Logger) {
        guard let listeners = configuration?.listeners else { return }
        let endpoints = listeners.flatMap(\.endpoints)
        let results = Dictionary(endpoints.map { ($0, tryToBind($0)) }, uniquingKeysWith: { first, _ in first })
        let isForbidden = results.values.contains(EACCES)
        let unavailable = Set(results.filter { $0.value == EADDRNOTAVAIL || $0.value == EAFNOSUPPORT }.keys)
        configuration?.listeners = listeners.map { listener in
            var listener = listener
            listener.endpoints = listener.endpoints.filter { !unavailable.contains($0) }.map { endpoint in
                isForbidden ? Endpoint(endpoint.address, port: endpoint.port + 10_000) : endpoint
            }
            return listener
        }
        if isForbidden {
            let ports = Set(endpoints.map(\.port)).sorted().map { "\($0 + 10_000) instead of \($0)" }
            logger.notice(
                "this user may not bind ports below 1024, so the server listens on \(ports.joined(separator: ", "))")
        }
        for endpoint in unavailable { logger.notice("\(endpoint) is not there on this machine and is left out") }
    }

    /// The error number of binding a UDP socket to `endpoint`, which is closed at once; 0 where it can be bound.
    private func tryToBind(_ endpoint: Endpoint) -> Int32 {
        let family = endpoint.address.family == .v4 ? AF_INET : AF_INET6
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        var result: Int32
        switch endpoint.address.family {
        case .v4:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = endpoint.port.bigEndian
            address.sin_addr.s_addr = UInt32(truncatingIfNeeded: endpoint.address.bits).bigEndian
            result = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    unsafe bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        case .v6:
            var only: Int32 = 1
            unsafe setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &only, socklen_t(MemoryLayout<Int32>.size))
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = endpoint.port.bigEndian
            unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { unsafe $0.copyBytes(from: endpoint.address.octets) }
            result = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    unsafe bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        result = result == 0 ? 0 : errno
        return result
    }
}
