internal import Alarms
internal import Basics
internal import Foundation
internal import Logging
internal import Synchronization

/// Sends events as mail: the first after quiet at once and alone, what follows within the window as one digest.
public final class MailSink: Sink {
    public static let type = "mail"

    /// What one digest takes in: a storm of this size is one mail, since `MailComposer` counts what it does not list.
    /// And more would take more memory than one sink may have.
    static let digestLimit = 25_000

    public let name: String
    public let gathering: Gathering
    /// A digest tells nothing of them.
    public var datagramLimit: Int { 1 }
    private let settings: MailSettings
    private let composer: MailComposer?
    private let sender: MailAddress?
    private let recipients: [MailAddress]
    private let logger: Logger
    private let timeouts: SMTPTransfer.Timeouts
    private let progress = Mutex(Progress())

    /// Which recipients are done with a mail that others are still to get.
    private struct Progress {
        var messageID = ""
        var done: Set<String> = []
        /// What was said of those who are refused for good.
        var rejections: [String] = []
    }

    public convenience init(name: String, settings: MailSettings) {
        self.init(name: name, settings: settings, timeouts: .standard)
    }

    init(name: String, settings: MailSettings, timeouts: SMTPTransfer.Timeouts) {
        self.name = name
        self.timeouts = timeouts
        self.settings = settings
        gathering = .window(settings.window, maximum: Self.digestLimit)
        sender = MailAddress(settings.from)
        recipients = settings.to.compactMap { MailAddress($0) }
        composer = sender.map { [recipients] in MailComposer(sink: name, from: $0, recipients: recipients) }
        logger = Logger(label: "trapline.sink.\(name)")
    }

    public var onReject: RejectionPolicy { settings.onReject }

    public func takeRejection() -> DeliveryFailure? {
        progress.withLock { progress in
            defer { progress.rejections = [] }
            guard !progress.rejections.isEmpty else { return nil }
            return DeliveryFailure(.rejected, progress.rejections.joined(separator: "; "))
        }
    }

    /// A recipient that the server refuses for good (5yz) while it takes others does not keep the mail from them: it is
    /// done with and `takeRejection` tells of it, or the delivery stops there, as `onReject` says; one that it defers
    /// (4yz) is tried again alone, with the same Message-ID.
    public func deliver(_ events: [SinkEvent]) async throws(DeliveryFailure) {
        guard !events.isEmpty else { return }
        let (composer, sender) = try checkedAddresses()
        let mail = composer.compose(events, date: Date())
        let done = progress.withLock { progress in
            if progress.messageID != mail.messageID { progress = Progress(messageID: mail.messageID) }
            return progress.done
        }
        let outstanding = recipients.map(\.address).filter { !done.contains($0) }
        guard !outstanding.isEmpty else { return }
        let transfer = SMTPTransfer(
            settings: settings, sender: sender.address, recipients: outstanding, message: mail.text,
            timeouts: timeouts)
        let outcome = await transfer.run()
        let dialogue = SMTPDialogue(outcome.transcript)
        if let failure = outcome.failure {
            let failure = self.failure(failure, outcome.detail, dialogue)
            guard failure.reason == .rejected, onReject == .deadLetter, !done.isEmpty else { throw failure }
            // The last of several, deferred before: the others have the mail.
            progress.withLock { $0.rejections.append(failure.detail) }
            return
        }
        if settings.authentication != nil, !dialogue.exchanges.contains(where: { $0.verb == "AUTH" }) {
            // libcurl goes on without where the server does not offer any.
            logger.warning("The mail server asks for no credentials; those configured were not used")
        }
        try note(dialogue.refusedRecipients, outstanding)
    }

    public func probe() async throws(DeliveryFailure) {
        _ = try checkedAddresses()
        let transfer = SMTPTransfer(settings: settings, sender: "", recipients: [], message: nil, timeouts: timeouts)
        let outcome = await transfer.run()
        if let failure = outcome.failure {
            throw self.failure(failure, outcome.detail, SMTPDialogue(outcome.transcript))
        }
    }

    public func reopen() async {}

    public func close() async {}

    public func preview(_ event: SinkEvent) -> String {
        composer?.compose([event], date: Date()).text ?? "\(settings.from) is no mail address"
    }

    /// The configuration's check has looked at them before; nobody is left out in silence all the same.
    private func checkedAddresses() throws(DeliveryFailure) -> (MailComposer, MailAddress) {
        guard let composer, let sender else { throw DeliveryFailure(.rejected, "\(settings.from) is no mail address") }
        if let wrong = settings.to.first(where: { MailAddress($0) == nil }) {
            throw DeliveryFailure(.rejected, "\(wrong) is no mail address")
        }
        return (composer, sender)
    }

    private func note(
        _ refused: [(address: String, reply: SMTPDialogue.Reply)], _ outstanding: [String]
    ) throws(DeliveryFailure) {
        let rejected = refused.filter(\.reply.isPermanent)
        let awaited = onReject == .stop ? refused : refused.filter(\.reply.isTransient)
        let said = rejected.isEmpty || onReject == .stop ? [] : [describe(rejected)]
        progress.withLock { progress in
            progress.done.formUnion(outstanding.filter { address in !awaited.contains { $0.address == address } })
            progress.rejections += said
        }
        guard !awaited.isEmpty else { return }
        throw DeliveryFailure(awaited.allSatisfy(\.reply.isPermanent) ? .rejected : .refused, describe(awaited))
    }

    private func failure(
        _ failure: SMTPTransfer.Outcome.Failure, _ detail: String, _ dialogue: SMTPDialogue
    ) -> DeliveryFailure {
        let answer = dialogue.failure
        let said = answer?.reply.map { " (the server said: \($0.description))" } ?? ""
        switch failure {
        case .unreachable: return DeliveryFailure(.unreachable, "\(settings.server): \(detail)")
        case .timeout, .cancelled: return DeliveryFailure(.timeout, "\(settings.server): \(detail)")
        case .tls: return DeliveryFailure(.tls, "\(settings.server): \(detail)\(said)")
        case .authentication: return DeliveryFailure(.authentication, "\(settings.server): \(detail)\(said)")
        case .answered, .other:
            let refused = dialogue.refusedRecipients
            if !refused.isEmpty, answer?.verb == "RCPT" {
                // Not one was taken. It is final only if it is so for each.
                let isFinal = refused.allSatisfy(\.reply.isPermanent)
                return DeliveryFailure(isFinal ? .rejected : .refused, describe(refused))
            }
            guard let answer, let reply = answer.reply else {
                return DeliveryFailure(.unreachable, "\(settings.server): \(detail)")
            }
            // A 5yz before MAIL is the server's trouble with us, not with this mail: it is tried again.
            let isAboutTheMail = ["MAIL", "RCPT", "DATA"].contains(answer.verb)
            let reason: DeliveryFailure.Reason = isAboutTheMail && reply.isPermanent ? .rejected : .refused
            let step = answer.verb.isEmpty ? "greeting" : answer.verb
            return DeliveryFailure(reason, "\(settings.server): \(step): \(reply.description)")
        }
    }

    private func describe(_ refused: [(address: String, reply: SMTPDialogue.Reply)]) -> String {
        // Enough to see what is wrong; a list of a hundred addresses is no line of a log.
        let listed = 10
        let more = refused.count > listed ? ", and \(refused.count - listed) more" : ""
        let list = refused.prefix(listed).map { "\($0.address): \($0.reply.description)" }.joined(separator: ", ")
        return "\(settings.server): \(list)\(more)"
    }
}
