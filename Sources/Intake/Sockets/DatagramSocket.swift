internal import Basics
internal import CDatagram

/// A bound, non-blocking UDP socket. It is closed when nobody holds it any more, so that an answer that is still due
/// can never leave through a descriptor that meanwhile belongs to something else.
final class DatagramSocket: Sendable {
    /// What `open` could not do.
    struct Failure: Error {
        let error: SystemError
        let step: Step
    }

    enum Step: Sendable, Hashable {
        case open, configure, bind, share
    }

    private let descriptor: Int32
    /// What it is bound to, with the port that the kernel chose if none was asked for.
    let endpoint: Endpoint
    /// The octets that the kernel gave, less than asked for where the system limits it.
    let receiveBuffer: Int
    /// Opened beside the endpoint's first one. The kernel gives what is sent to many to each socket of an endpoint, and
    /// only the first one is to show it.
    private let isFurther: Bool

    private init(descriptor: Int32, isFurther: Bool, receiveBuffer: Int) throws(Failure) {
        var local = datagram_endpoint()
        let result = unsafe datagram_local_endpoint(descriptor, &local)
        guard result >= 0 else {
            datagram_close(descriptor)
            throw Failure(error: SystemError(-result), step: .open)
        }
        let octets = Int32(clamping: receiveBuffer)
        let obtained = datagram_set_receive_buffer(descriptor, octets)
        guard obtained >= 0 else {
            datagram_close(descriptor)
            throw Failure(error: SystemError(-obtained), step: .configure)
        }
        self.descriptor = descriptor
        self.endpoint = Endpoint(local)
        self.receiveBuffer = Int(obtained)
        self.isFurther = isFurther
    }

    deinit {
        datagram_close(descriptor)
    }

    /// `count` sockets on one endpoint, which share senders out by address.
    ///
    /// The first is bound alone: a second server on the port, which with `SO_REUSEPORT` from the start would silently
    /// take half of the senders away, fails there. Only then is it opened to the others.
    static func open(_ endpoint: Endpoint, count: Int, receiveBuffer: Int) throws(Failure) -> [DatagramSocket] {
        let first = try open(endpoint, join: false, receiveBuffer: receiveBuffer)
        guard count > 1 else { return [first] }
        try check(datagram_share(first.descriptor), .share)
        var sockets = [first]
        for _ in 1..<count {
            sockets.append(try open(first.endpoint, join: true, receiveBuffer: receiveBuffer))
        }
        try check(datagram_spread_by_address(first.descriptor, UInt32(count)), .share)
        return sockets
    }

    private static func open(_ endpoint: Endpoint, join: Bool, receiveBuffer: Int) throws(Failure) -> DatagramSocket {
        var local = datagram_endpoint(endpoint)
        var step = datagram_step_open
        let descriptor = unsafe datagram_open(&local, join, &step)
        guard descriptor >= 0 else {
            let failed: Step = step == datagram_step_bind ? .bind : step == datagram_step_open ? .open : .configure
            throw Failure(error: SystemError(-descriptor), step: failed)
        }
        return try DatagramSocket(descriptor: descriptor, isFurther: join, receiveBuffer: receiveBuffer)
    }

    private static func check(_ result: Int32, _ step: Step) throws(Failure) {
        guard result >= 0 else { throw Failure(error: SystemError(-result), step: step) }
    }

    /// What the kernel has dropped for want of room, modulo 2^32; `nil` if it does not say.
    func kernelDrops() -> UInt32? {
        var drops: UInt32 = 0
        return unsafe datagram_drops(descriptor, &drops) >= 0 ? drops : nil
    }

    /// What comes in from now on is dropped by the kernel; what is already held can still be received.
    func refuseNew() {
        // Where the kernel will not, the deadline of the drain stands alone.
        _ = datagram_refuse_new(descriptor)
    }

    /// Sends from the local address that the datagram it answers came to. `nil` if it went out.
    func send(_ payload: [UInt8], along path: AnswerPath) -> SystemError? {
        var to = path.sender
        var from = path.from
        let result = unsafe datagram_send(descriptor, &from, path.interface, &to, payload, payload.count)
        return result < 0 ? SystemError(-result) : nil
    }

    /// Takes what is there into `slab`, without waiting, and shows each datagram to `body`, but for copies of what another
    /// socket of the endpoint shows. Gives how many there were, at most the slab's capacity.
    func receive(
        into slab: DatagramSlab, _ body: (_ header: DatagramHeader, _ payload: RawSpan) -> Void
    ) throws(SystemError) -> Int {
        var received: UnsafePointer<datagram_received>? = nil
        let count = unsafe datagram_receive(slab.receiver, descriptor, &received)
        guard count >= 0 else { throw SystemError(-count) }
        guard let received = unsafe received else { return 0 }
        for index in 0..<Int(count) {
            let datagram = unsafe received[index]
            let header = unsafe DatagramHeader(datagram)
            if isFurther, header.isToMany { continue }
            let buffer = unsafe UnsafeRawBufferPointer(start: datagram.payload, count: Int(datagram.length))
            body(header, unsafe buffer.bytes)
        }
        return Int(count)
    }

    /// Waits until there is something to receive or the waker was woken.
    func wait(waker: Waker) {
        // It fails only for want of kernel memory, and then returns at once: the same as having waited.
        _ = datagram_wait(descriptor, waker.descriptor, -1)
    }
}

/// What is known of a datagram beside its payload.
struct DatagramHeader {
    let time: Timestamp
    let sender: Endpoint
    let receiver: Endpoint
    /// It did not fit into its slot, and what is there is only its beginning.
    let isTruncated: Bool
    let answerPath: AnswerPath
    /// Sent to a broadcast or multicast address: not the one that an answer leaves from.
    let isToMany: Bool

    init(_ datagram: datagram_received) {
        unsafe time = Timestamp(nanoseconds: datagram.time)
        unsafe sender = Endpoint(datagram.sender)
        unsafe receiver = Endpoint(datagram.receiver)
        unsafe isTruncated = datagram.truncated
        unsafe answerPath = AnswerPath(
            sender: datagram.sender, from: datagram.answer_from, interface: datagram.interface)
        unsafe isToMany = receiver.address != Endpoint(datagram.answer_from).address
    }
}

/// Where batches are received into, allocated once. Only one thread at a time may use it.
@safe final class DatagramSlab: @unchecked Sendable {
    /// Freed with this object, and handed out to nobody but `DatagramSocket.receive`.
    fileprivate let receiver: OpaquePointer
    let capacity: Int

    /// `nil` if there is no memory for it.
    init?(capacity: Int, slotSize: Int) {
        guard let receiver = unsafe datagram_receiver_create(UInt32(capacity), UInt32(slotSize)) else { return nil }
        unsafe self.receiver = unsafe receiver
        self.capacity = capacity
    }

    deinit {
        unsafe datagram_receiver_free(receiver)
    }
}

/// Ends the waiting of threads, once and for all.
final class Waker: Sendable {
    fileprivate let descriptor: Int32

    init() throws(SystemError) {
        descriptor = datagram_waker_open()
        guard descriptor >= 0 else { throw SystemError(-descriptor) }
    }

    deinit {
        datagram_close(descriptor)
    }

    func wake() {
        datagram_wake_up(descriptor)
    }

    /// Waits until woken, at most `milliseconds`.
    func wait(milliseconds: Int32) {
        _ = datagram_wait(-1, descriptor, milliseconds)
    }
}
