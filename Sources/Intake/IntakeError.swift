public import Basics

/// Why intake cannot start: which address, what the kernel said, and what to do about it.
public struct IntakeError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// A port below 1,024 and no privilege for it.
        case notPermitted
        /// Somebody has it.
        case inUse
        /// Another listener of the same configuration has it; its name.
        case listedTwice(String)
        /// The address is none of this machine's.
        case notLocal
        /// The system has no IPv4 or no IPv6.
        case familyMissing
        /// Anything else, in the kernel's words.
        case system(String)
    }

    public var listener: String
    public var endpoint: Endpoint
    public var reason: Reason

    public init(listener: String, endpoint: Endpoint, reason: Reason) {
        self.listener = listener
        self.endpoint = endpoint
        self.reason = reason
    }
}

extension IntakeError {
    /// `others` are the endpoints that were bound before it, with their listeners.
    init(
        listener: String, endpoint: Endpoint, error: SystemError, bound others: [(listener: String, endpoint: Endpoint)]
    ) {
        self.init(listener: listener, endpoint: endpoint, reason: .system(error.description))
        if error.isNotPermitted {
            reason = .notPermitted
        } else if error.isAddressInUse {
            reason = others.first { $0.endpoint.overlaps(endpoint) }.map { .listedTwice($0.listener) } ?? .inUse
        } else if error.isAddressNotLocal {
            reason = .notLocal
        } else if error.isFamilyMissing {
            reason = .familyMissing
        }
    }
}

extension Endpoint {
    /// No two sockets can have both.
    fileprivate func overlaps(_ other: Endpoint) -> Bool {
        port == other.port && address.family == other.address.family
            && (address == other.address || address.isUnspecified || other.address.isUnspecified)
    }
}

extension IntakeError: CustomStringConvertible {
    public var description: String {
        "listener \(listener) cannot receive on \(endpoint): \(explanation)"
    }

    private var explanation: String {
        switch reason {
        case .notPermitted:
            "ports below 1024 need the capability CAP_NET_BIND_SERVICE; run as root, grant it "
                + "(setcap cap_net_bind_service=+ep, or AmbientCapabilities= in the unit), or choose a higher port"
        case .inUse:
            "another program has it, perhaps snmptrapd or another trapline; "
                + "`ss -lunp 'sport = :\(endpoint.port)'` names it"
        case .listedTwice(let name):
            "listener \(name) has it already; give each listener an address or port of its own"
        case .notLocal:
            "no interface of this machine has that address; correct it, or use "
                + (endpoint.address.family == .v4 ? "0.0.0.0" : "[::]") + " for all"
        case .familyMissing:
            "this system has no \(endpoint.address.family == .v4 ? "IPv4" : "IPv6"); leave the address out"
        case .system(let text):
            "\(text)"
        }
    }
}
