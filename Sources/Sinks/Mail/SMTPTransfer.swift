internal import Basics
internal import CCurl
internal import Foundation
internal import Synchronization

/// One mail on its way to a server through libcurl, or a try without one. The only place that calls `CCurl`.
struct SMTPTransfer: Sendable {
    /// How a transfer ended.
    struct Outcome: Sendable {
        enum Failure: Sendable {
            case unreachable, timeout, tls, authentication, answered, cancelled, other
        }

        /// `nil` where the server took the mail for at least one recipient.
        var failure: Failure?
        /// curl's words.
        var detail: String
        /// As `SMTPDialogue` reads it.
        var transcript: String
    }

    struct Timeouts: Sendable {
        /// RFC 5321 §4.5.3.2 would allow a server more at single steps; one that is so slow is better asked again.
        static let standard = Timeouts(connect: 15, whole: 120)

        /// How long a server may take to accept the connection, in seconds.
        var connect: Int
        /// How long a whole transfer may take, in seconds.
        var whole: Int
    }

    var settings: MailSettings
    var sender: String
    /// Addresses without their names.
    var recipients: [String]
    /// Lines ended by CRLF; `nil` to try the connection, TLS and credentials only.
    var message: String?
    var timeouts = Timeouts.standard

    /// Runs on a thread of its own: libcurl blocks until the server has answered. Cancelling the task ends the transfer.
    func run() async -> Outcome {
        let cancellation = Cancellation()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread.startLowered(named: "mail") { continuation.resume(returning: perform(cancellation)) }
            }
        } onCancel: {
            cancellation.isCancelled.store(true, ordering: .relaxed)
        }
    }

    private final class Cancellation: Sendable {
        let isCancelled = Atomic(false)
    }

    private func perform(_ cancellation: Cancellation) -> Outcome {
        var request = unsafe trapline_smtp_request()
        var result = unsafe trapline_smtp_result()
        let text = CStrings()
        unsafe request.url = text.pointer(settings.server)
        unsafe request.tls =
            switch settings.startTLS {
            case .required: Int32(TRAPLINE_SMTP_TLS_REQUIRED.rawValue)
            case .opportunistic: Int32(TRAPLINE_SMTP_TLS_OPPORTUNISTIC.rawValue)
            case .never: Int32(TRAPLINE_SMTP_TLS_NEVER.rawValue)
            }
        unsafe request.authority = text.pointer(settings.authority)
        switch settings.authentication {
        case .password(let user, let password)?:
            unsafe request.user = text.pointer(user)
            unsafe request.password = text.pointer(password.reveal())
        case .token(let user, let token)?:
            unsafe request.user = text.pointer(user)
            unsafe request.token = text.pointer(token.reveal())
        case nil: break
        }
        unsafe request.sender = text.pointer(sender)
        unsafe request.connect_timeout_seconds = timeouts.connect
        unsafe request.timeout_seconds = timeouts.whole
        unsafe request.context = Unmanaged.passUnretained(cancellation).toOpaque()
        unsafe request.is_cancelled = { context in
            guard let context = unsafe context else { return 0 }
            let cancellation = unsafe Unmanaged<Cancellation>.fromOpaque(context).takeUnretainedValue()
            return cancellation.isCancelled.load(ordering: .relaxed) ? 1 : 0
        }
        let octets = message.map { Array($0.utf8) }
        let addresses = unsafe recipients.map { unsafe text.pointer($0) }
        // The arrays, the strings and the cancellation outlive the call, which borrows them.
        withExtendedLifetime((text, cancellation)) {
            unsafe addresses.withUnsafeBufferPointer { addresses in
                unsafe request.recipients = addresses.baseAddress
                unsafe request.recipient_count = addresses.count
                if let octets {
                    unsafe octets.withUnsafeBufferPointer { octets in
                        unsafe request.message = octets.baseAddress
                        unsafe request.message_length = octets.count
                        unsafe trapline_smtp_perform(&request, &result)
                    }
                } else {
                    unsafe trapline_smtp_perform(&request, &result)
                }
            }
        }
        defer { unsafe trapline_smtp_free(&result) }
        return unsafe outcome(result)
    }

    private func outcome(_ result: trapline_smtp_result) -> Outcome {
        let failure: Outcome.Failure? =
            switch unsafe UInt32(result.failure) {
            case TRAPLINE_SMTP_NO_FAILURE.rawValue: nil
            case TRAPLINE_SMTP_UNREACHABLE.rawValue: .unreachable
            case TRAPLINE_SMTP_TIMEOUT.rawValue: .timeout
            case TRAPLINE_SMTP_TLS.rawValue: .tls
            case TRAPLINE_SMTP_AUTHENTICATION.rawValue: .authentication
            case TRAPLINE_SMTP_ANSWERED.rawValue: .answered
            case TRAPLINE_SMTP_CANCELLED.rawValue: .cancelled
            default: .other
            }
        let detail = unsafe withUnsafeBytes(of: result.detail) { octets in
            unsafe String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
        }
        var transcript = ""
        if let dialogue = unsafe result.dialogue {
            let octets = unsafe UnsafeRawBufferPointer(start: dialogue, count: result.dialogue_length)
            transcript = unsafe String(decoding: octets, as: UTF8.self)
        }
        return Outcome(failure: failure, detail: PlainText.oneLine(detail), transcript: transcript)
    }
}

/// NUL-terminated copies of strings, which live as long as this does.
@safe private final class CStrings {
    private var copies: [UnsafeMutablePointer<CChar>] = unsafe []

    func pointer(_ text: String?) -> UnsafePointer<CChar>? {
        guard let text, let copy = unsafe strdup(text) else { return nil }
        unsafe copies.append(copy)
        return unsafe UnsafePointer(copy)
    }

    deinit {
        unsafe copies.forEach { unsafe free($0) }
    }
}
