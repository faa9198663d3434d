internal import Foundation

/// A site behind a NAT, and the centre that its devices report to: three network namespaces, with nftables masquerading
/// between them.
///
///     site 192.168.77.2, .3, … ── 192.168.77.1 router 10.77.0.2 ── 10.77.0.1 centre
///
/// Linux's NAT keeps a device's port where it is free and takes another where it is not, and lets in only what comes from
/// the address and port that were sent to: it is port-restricted (RFC 3489 §5).
public final class NATSite: Sendable {
    public let centre: NetworkNamespace
    public let router: NetworkNamespace
    public let site: NetworkNamespace
    /// Where the centre is reached.
    public static let centreAddress = "10.77.0.1"
    /// What all devices of the site look like from the centre.
    public static let publicAddress = "10.77.0.2"
    /// The first device's own address.
    public static let firstDevice = "192.168.77.2"

    public init(devices: Int) throws {
        (centre, router, site) = (try NetworkNamespace(), try NetworkNamespace(), try NetworkNamespace())
        try router.connect("wan", "\(NATSite.publicAddress)/24", to: centre, "\(NATSite.centreAddress)/24")
        try router.connect("lan", "192.168.77.1/24", to: site, "\(NATSite.firstDevice)/24")
        for device in 1..<max(1, devices) {
            try site.ip(["addr", "add", "192.168.77.\(2 + device)/24", "dev", "lan-far"])
        }
        try site.addDefaultRoute(by: "192.168.77.1")
        try router.run(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"])
        try masquerade("masquerade")
    }

    /// A device's port as the centre sees it, by where it sends to; `nil` where nothing of it passed lately.
    public func publicPort(of device: String, to port: UInt16) throws -> UInt16? {
        // src=DEVICE dst=CENTRE sport=161 dport=PORT … src=CENTRE dst=PUBLIC sport=PORT dport=MAPPED
        let lines = try router.run(["conntrack", "-L", "-p", "udp"]).split(separator: "\n")
        for line in lines where line.contains("src=\(device) ") {
            let ports = line.split(separator: " ").filter { $0.hasPrefix("dport=") }.compactMap {
                UInt16($0.dropFirst("dport=".count))
            }
            if ports.count == 2, ports[0] == port { return ports[1] }
        }
        return nil
    }

    /// The NAT forgets its bindings, as at a restart, and maps whatever comes from now on to ports of this range; a
    /// range of one port is that port for any receiver, once for each.
    ///
    /// - Parameter keepsBindings: those that there are stay, and only new ones are mapped so.
    public func rebind(ports: ClosedRange<UInt16>, keepsBindings: Bool = false) throws {
        try masquerade("meta l4proto udp masquerade to :\(ports.lowerBound)-\(ports.upperBound)")
        if !keepsBindings { try router.run(["conntrack", "-F"]) }
    }

    /// Whatever the site sends to the centre's ports leaves by the port that agents answer at, as a device's traps do:
    /// net-snmp's programs take another one each time. Without tracking, so that what comes back is the agent's.
    public func sendFromAgentPort() throws {
        let commands = [
            "add table ip agents", "add chain ip agents output { type filter hook output priority raw; }",
            "add rule ip agents output udp dport { 162, 1161 } notrack udp sport set 161",
        ]
        try site.run(["nft", commands.joined(separator: "; ")])
    }

    /// All in one transaction: what came between two would pass with its own address.
    private func masquerade(_ rule: String) throws {
        let commands = [
            "add table ip nat", "delete table ip nat", "add table ip nat",
            "add chain ip nat postrouting { type nat hook postrouting priority 100; }",
            "add rule ip nat postrouting oifname wan \(rule)",
        ]
        try router.run(["nft", commands.joined(separator: "; ")])
    }
}
