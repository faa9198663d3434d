internal import CRELP
internal import Synchronization

/// A session with a RELP server through librelp, from its opening to its close. The only place that calls `CRELP`.
///
/// Its calls block: they are made from a thread that may, one at a time. `abort` alone may come from elsewhere.
@safe final class RELPSession: @unchecked Sendable {
    /// How long a server may take to accept a connection, in seconds.
    static let connectTimeout: Int32 = 10
    /// How long a server may leave a full window, a session's opening or its close unanswered before it counts as gone, in
    /// seconds.
    static let timeout: Int32 = 30
    /// Messages on their way that the server has not answered: they come twice where a connection breaks. So many keep
    /// 10,000 a second going over a round trip of 100 ms.
    static let window = 1_024

    private let session: OpaquePointer

    init(host: String, port: UInt16) throws(DeliveryFailure) {
        var error = trapline_relp_error()
        let session = unsafe trapline_relp_open(
            host, port, Self.connectTimeout, Self.timeout, Int32(Self.window), &error)
        guard let session = unsafe session else { throw Self.failure(error) }
        unsafe self.session = session
    }

    deinit {
        close(politely: false)
        unsafe trapline_relp_free(session)
    }

    /// How many messages of this session the server has, by its own word.
    var answered: Int { Int(unsafe trapline_relp_answered(session)) }

    /// Hands messages over to the kernel, waiting while the window is full. Gives how many went; with a failure the session
    /// is of no use any more.
    func send(_ messages: [[UInt8]]) -> (sent: Int, failure: DeliveryFailure?) {
        var error = trapline_relp_error()
        let lengths = messages.map(\.count)
        let octets = messages.flatMap(\.self)
        let sent = unsafe octets.withUnsafeBufferPointer { octets in
            unsafe trapline_relp_send(session, octets.baseAddress, lengths, lengths.count, &error)
        }
        return (Int(sent), sent < messages.count ? Self.failure(error) : nil)
    }

    /// Asks the server to end the session, so that it answers what is outstanding, or ends it at once; gives why not
    /// everything was answered.
    @discardableResult
    func close(politely: Bool) -> DeliveryFailure? {
        var error = trapline_relp_error()
        unsafe trapline_relp_close(session, politely ? 1 : 0, &error)
        return error.failure == Int32(TRAPLINE_RELP_NO_FAILURE.rawValue) ? nil : Self.failure(error)
    }

    /// Cuts the connection: what waits for the server fails.
    func abort() {
        unsafe trapline_relp_abort(session)
    }

    private static func failure(_ error: trapline_relp_error) -> DeliveryFailure {
        let detail = unsafe withUnsafeBytes(of: error.detail) { octets in
            unsafe String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
        }
        let reason: DeliveryFailure.Reason =
            switch UInt32(error.failure) {
            case TRAPLINE_RELP_TIMEOUT.rawValue: .timeout
            case TRAPLINE_RELP_REFUSED.rawValue: .refused
            default: .unreachable
            }
        return DeliveryFailure(reason, PlainText.oneLine(detail))
    }
}
