public import Basics
internal import CDatagram
internal import Captures

/// Sends datagrams to one endpoint in the names of those who first sent them, through a raw socket, so that a replayed
/// fleet does not look like one device. It needs CAP_NET_RAW.
public final class RawUDPSender: Sendable {
    private let descriptor: Int32
    private let remote: Endpoint

    public init(to remote: Endpoint) throws(SenderError) {
        self.remote = remote
        descriptor = datagram_open_raw(remote.address.family.rawValue)
        guard descriptor >= 0 else { throw SenderError(remote, SystemError(-descriptor)) }
    }

    deinit {
        if descriptor >= 0 { datagram_close(descriptor) }
    }

    /// The receiver sees `sender` as where it came from; answers go there, and not to us.
    public func send(_ payload: [UInt8], from sender: Endpoint) throws(SenderError) {
        guard sender.address.family == remote.address.family else { throw SenderError(remote, .mixedFamilies) }
        guard payload.count <= IPPacket.largestPayload(from: sender.address, to: remote.address) else {
            throw SenderError(remote, .tooLong)
        }
        let packet = IPPacket.udp(from: sender, to: remote, payload: payload)
        do throws(SystemError) {
            try send(packet)
        } catch {
            // The kernel does not fragment packets that bring their own header.
            guard error.isMessageTooLong else { throw SenderError(remote, error) }
            for fragment in IPFragments.split(packet) {
                do throws(SystemError) {
                    try send(fragment)
                } catch {
                    throw SenderError(remote, error)
                }
            }
        }
    }

    private func send(_ packet: [UInt8]) throws(SystemError) {
        var to = datagram_endpoint(remote)
        let result = unsafe datagram_send_raw(descriptor, &to, packet, packet.count)
        guard result >= 0 else { throw SystemError(-result) }
    }
}
