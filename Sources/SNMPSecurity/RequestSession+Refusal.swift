extension RequestSession {
    /// Why the engine does not do what it is asked for, and what to do, as an operator reads it; `nil` where it does.
    public func refusal(in answer: Answer) -> String? {
        switch answer {
        case .sendAgain, .response: nil
        case .refused(_, let kind): advice(on: kind)
        case .unavailable:
            "it has no context `\(String(decoding: contextName, as: UTF8.self))`, or cannot reach it now"
        }
    }

    private func advice(on kind: ReportKind) -> String {
        let user = String(decoding: userName, as: UTF8.self)
        return switch kind {
        case .unknownUserNames: "it does not know the user `\(user)`: add it there, or correct the name"
        case .wrongDigests:
            "it knows the user `\(user)` with another authentication password or protocol: compare both sides"
        case .decryptionErrors:
            "it knows the user `\(user)` with another privacy password or protocol: compare both sides"
        case .unsupportedSecLevels: "it does not take level \(level) from the user `\(user)`: give it one of its own"
        case .notInTimeWindows: "its clock and ours do not come together: look whether it keeps its boots counter"
        case .unknownEngineIDs: "it names another engine each time that it is asked"
        }
    }
}
