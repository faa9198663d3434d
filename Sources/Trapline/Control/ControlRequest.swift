import Foundation

/// What an operator asks of a server, as one line of JSON over its control socket.
public struct ControlRequest: Codable, Sendable, Hashable {
    /// As the commands are spelt.
    public enum Action: String, Codable, Sendable, Hashable, CaseIterable {
        case resendLetters = "dead-letters resend"
        case forgetLetters = "dead-letters forget"
        case forgetSink = "sinks forget"
    }

    public var action: Action
    /// For the actions on dead letters.
    public var letters: LetterSelection?
    /// For the actions on a sink.
    public var sink: String?

    public init(_ action: Action, letters: LetterSelection? = nil, sink: String? = nil) {
        self.action = action
        self.letters = letters
        self.sink = sink
    }
}

/// Some of the dead letters.
public struct LetterSelection: Codable, Sendable, Hashable {
    /// Of this sink only.
    public var sink: String?
    /// Of these events only.
    public var events: [Int64]?

    public init(sink: String? = nil, events: [Int64]? = nil) {
        self.sink = sink
        self.events = events
    }
}

/// What became of a request, as one line of JSON.
public struct ControlResponse: Codable, Sendable, Hashable {
    /// What was done, for a person; `nil` where it was not.
    public var done: String?
    /// Why not.
    public var error: String?

    public static func done(_ text: String) -> ControlResponse { ControlResponse(done: text, error: nil) }
    public static func failed(_ text: String) -> ControlResponse { ControlResponse(done: nil, error: text) }
}

/// The lines that go over a control socket.
enum ControlLine {
    static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and numbers only: nothing in them that JSON could not hold.
        return [UInt8]((try? encoder.encode(value)) ?? Data()) + [UInt8(ascii: "\n")]
    }

    static func decode<Value: Decodable>(_ line: [UInt8], as type: Value.Type) -> Value? {
        try? JSONDecoder().decode(type, from: Data(line))
    }
}
