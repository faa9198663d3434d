public import Basics

/// A listener: a name and the local endpoints that it receives on.
public struct ListenerSettings: Sendable, Hashable {
    /// `traps` or `keep-alives`.
    public var name: String
    public var endpoints: [Endpoint]
    /// Sockets, each with a thread, per endpoint; senders are shared out among them by address.
    public var threads: Int
    /// What is asked of the kernel for each socket, in octets.
    public var receiveBuffer: Int

    /// The kernel's accounting charges about 1 KiB for a small datagram, so this holds some 60,000 of them.
    public static let defaultReceiveBuffer = 64 * 1024 * 1024

    public init(
        name: String, endpoints: [Endpoint], threads: Int = 1,
        receiveBuffer: Int = ListenerSettings.defaultReceiveBuffer
    ) {
        self.name = name
        self.endpoints = endpoints
        self.threads = threads
        self.receiveBuffer = receiveBuffer
    }
}
