internal import Basics
internal import CDatagram

/// The one socket of a fleet: it is bound to every local address, receives for all devices, and sends from each one's
/// address. Linux has all of 127/8 as its own.
final class FleetSocket: Sendable {
    private let descriptor: Int32
    private let receiver: Receiver
    let port: UInt16

    /// Receive buffers are freed with this object, and used under the runner's lock alone.
    @safe private final class Receiver: @unchecked Sendable {
        let slab: OpaquePointer

        init?() {
            // 64 requests a call of at most 2 KiB each: those of a manager are far smaller.
            guard let slab = unsafe datagram_receiver_create(64, 2_048) else { return nil }
            unsafe self.slab = unsafe slab
        }

        deinit { unsafe datagram_receiver_free(slab) }
    }

    init(port: UInt16) throws(SystemError) {
        guard let receiver = Receiver() else { throw SystemError(12) }
        self.receiver = receiver
        var local = datagram_endpoint(Endpoint(IPAddress(v4: 0), port: port))
        var step = datagram_step_open
        descriptor = unsafe datagram_open(&local, false, &step)
        guard descriptor >= 0 else { throw SystemError(-descriptor) }
        let result = unsafe datagram_local_endpoint(descriptor, &local)
        guard result >= 0 else {
            datagram_close(descriptor)
            throw SystemError(-result)
        }
        self.port = local.port
        // Room for a manager that asks all devices at once; what the system grants is enough to go on.
        _ = datagram_set_receive_buffer(descriptor, 4 * 1_024 * 1_024)
    }

    deinit { datagram_close(descriptor) }

    /// Waits for something to receive, at most `milliseconds`.
    func wait(milliseconds: Int32) {
        _ = datagram_wait(descriptor, -1, milliseconds)
    }

    /// Shows each request that is there to `body` and sends what it answers with, from where the request was sent to.
    /// Gives how many were received and answered.
    func serve(_ body: (_ request: [UInt8], _ device: IPAddress) -> [UInt8]?) -> (received: Int, answered: Int) {
        var received: UnsafePointer<datagram_received>? = nil
        let count = unsafe Int(datagram_receive(receiver.slab, descriptor, &received))
        guard count > 0, let received = unsafe received else { return (0, 0) }
        var answered = 0
        for index in 0..<count {
            let datagram = unsafe received[index]
            let payload = unsafe [UInt8](UnsafeRawBufferPointer(start: datagram.payload, count: Int(datagram.length)))
            guard let answer = unsafe body(payload, Endpoint(datagram.receiver).address) else { continue }
            var (from, to) = unsafe (datagram.answer_from, datagram.sender)
            let result = unsafe datagram_send(descriptor, &from, datagram.interface, &to, answer, answer.count)
            if result >= 0 { answered += 1 }
        }
        return (count, answered)
    }

    /// Sends from one of the machine's addresses, or as the kernel chooses where that is 0.0.0.0.
    func send(_ payload: [UInt8], from address: IPAddress, to receiver: Endpoint) -> SystemError? {
        var to = datagram_endpoint(receiver)
        var from = datagram_endpoint(Endpoint(address, port: 0))
        let result =
            address.isUnspecified
            ? unsafe datagram_send(descriptor, nil, 0, &to, payload, payload.count)
            : unsafe datagram_send(descriptor, &from, 0, &to, payload, payload.count)
        return result < 0 ? SystemError(-result) : nil
    }
}

extension datagram_endpoint {
    fileprivate init(_ endpoint: Endpoint) {
        self.init(
            high: UInt64(endpoint.address.bits >> 64), low: UInt64(truncatingIfNeeded: endpoint.address.bits),
            scope: 0, port: endpoint.port, family: endpoint.address.family.rawValue)
    }
}

extension Endpoint {
    fileprivate init(_ endpoint: datagram_endpoint) {
        let bits = UInt128(endpoint.high) << 64 | UInt128(endpoint.low)
        self.init(
            endpoint.family == 4
                ? IPAddress(v4: UInt32(truncatingIfNeeded: endpoint.low)) : IPAddress(v6: bits),
            port: endpoint.port)
    }
}
