internal import Foundation
internal import Synchronization

/// A network of its own (ip-netns(8)), gone with its last reference. Making one needs root.
public final class NetworkNamespace: Sendable {
    public let name: String
    private static let count = Mutex(0)

    /// With loopback up and nothing else.
    public init() throws {
        let number = Self.count.withLock { count in
            count += 1
            return count
        }
        name = "trapline-\(ProcessInfo.processInfo.processIdentifier)-\(number)"
        try Self.ip(["netns", "add", name])
        try ip(["link", "set", "lo", "up"])
    }

    deinit {
        _ = try? Command.run("ip", ["netns", "del", name])
    }

    /// The words of a command that runs in here.
    public func command(_ words: [String]) -> [String] {
        [(try? Command.locate("ip")) ?? "ip", "netns", "exec", name] + words
    }

    /// Runs a command in here to its end, which must be a good one.
    @discardableResult
    public func run(_ words: [String]) throws -> String {
        let command = command(words)
        let output = try Command.run(command[0], Array(command.dropFirst()))
        guard output.status == 0 else {
            throw Command.Failure(
                description: "\(words.joined(separator: " ")) in \(name): \(output.standardError)")
        }
        return output.text
    }

    /// `ip …` in here.
    public func ip(_ arguments: [String]) throws {
        try Self.ip(["-n", name] + arguments)
    }

    private static func ip(_ arguments: [String]) throws {
        let output = try Command.run("ip", arguments)
        guard output.status == 0 else {
            throw Command.Failure(
                description:
                    "ip \(arguments.joined(separator: " ")): \(output.standardError) (namespaces need root)")
        }
    }

    /// A cable to another namespace, with an address at either end, each up: `address` and `far` with their prefix
    /// length, as in `10.77.1.1/24`.
    public func connect(_ interface: String, _ address: String, to other: NetworkNamespace, _ far: String) throws {
        let farInterface = interface + "-far"
        try Self.ip([
            "link", "add", interface, "netns", name, "type", "veth", "peer", "name", farInterface, "netns", other.name,
        ])
        try ip(["addr", "add", address, "dev", interface])
        try ip(["link", "set", interface, "up"])
        try other.ip(["addr", "add", far, "dev", farInterface])
        try other.ip(["link", "set", farInterface, "up"])
    }

    public func addDefaultRoute(by gateway: String) throws {
        try ip(["route", "add", "default", "via", gateway])
    }
}
