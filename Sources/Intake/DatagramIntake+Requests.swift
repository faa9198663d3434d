internal import Basics
public import Manager

/// Requests leave through the listeners' sockets, so that what a device's NAT has opened for its keep-alives lets them
/// in, and their responses come in by the way of every other datagram.
extension DatagramIntake: DatagramSender {
    public func expect(_ expected: ExpectedResponse) {
        awaited.expect(expected)
    }

    public func forget(_ key: ExpectedResponse.Key) {
        awaited.forget(key)
    }

    /// From the socket that `path.local` names; where no listener has it (any longer), from the first one of the peer's
    /// family, with the address that the kernel chooses.
    public func send(_ payload: [UInt8], along path: RequestPath) throws(SendFailure) {
        let sockets = sockets.filter { $0.endpoint.address.family == path.peer.address.family }
        let own = sockets.first { socket in
            guard let local = path.local, local.port == socket.endpoint.port else { return false }
            return socket.endpoint.address.isUnspecified || socket.endpoint.address == local.address
        }
        guard let socket = own ?? sockets.first else {
            throw SendFailure("no listener has a socket for \(path.peer.address.family == .v4 ? "IPv4" : "IPv6")")
        }
        let anyAddress = Endpoint(socket.endpoint.address, port: 0)
        let answerPath = AnswerPath(peer: path.peer, from: own == nil ? anyAddress : path.local ?? anyAddress)
        if let error = socket.send(payload, along: answerPath) {
            throw SendFailure("\(path.peer) from \(socket.endpoint): \(error)")
        }
    }
}
