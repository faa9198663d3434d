import Foundation

/// What an operator asks of a server, as one line of JSON over its control socket.
public struct ControlRequest: Codable, Sendable, Hashable {
    /// As the commands are spelt.
    public enum Action: String, Codable, Sendable, Hashable, CaseIterable {
        case resendLetters = "dead-letters resend"
        case forgetLetters = "dead-letters forget"
        case forgetSink = "sinks forget"
        case acknowledge = "alarms ack"
        case unacknowledge = "alarms unack"
        case clear = "alarms clear"
        case note = "alarms note"
        case silence = "alarms silence"
        case endSilence = "alarms unsilence"
        case nameDevice = "devices name"
        case placeDevice = "devices group"
        case maintainDevice = "devices maintenance"
        case forgetDevice = "devices forget"
        case resyncDevice = "devices resync"
        case trustClock = "devices trust-clock"
    }

    public var action: Action
    /// For the actions on dead letters.
    public var letters: LetterSelection?
    /// For the actions on a sink.
    public var sink: String?
    /// For the actions on alarms.
    public var alarms: AlarmSelection?
    /// For the actions on silences.
    public var silence: SilenceOrder?
    /// For the actions on devices.
    public var device: DeviceOrder?
    /// What the operator says: a note, or a reason.
    public var note: String?
    /// Who asks, where that is not the user's own name.
    public var by: String?

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

/// Some of the alarms that stand: all that are meant by both.
public struct AlarmSelection: Codable, Sendable, Hashable {
    /// These alone.
    public var numbers: [Int64]?
    /// Criteria, one a line: `device=edge-*`.
    public var matcher: String?

    public init(numbers: [Int64]? = nil, matcher: String? = nil) {
        self.numbers = numbers
        self.matcher = matcher
    }
}

/// A silence that is to begin, or to end.
public struct SilenceOrder: Codable, Sendable, Hashable {
    /// Of the one that is to end.
    public var number: Int64?
    /// Criteria, one a line.
    public var matcher: String?
    /// RFC 3339; without it, now.
    public var from: String?
    public var until: String?

    public init(number: Int64? = nil, matcher: String? = nil, from: String? = nil, until: String? = nil) {
        self.number = number
        self.matcher = matcher
        self.from = from
        self.until = until
    }
}

/// What is to be done to a device.
public struct DeviceOrder: Codable, Sendable, Hashable {
    /// Its identity, its name or its address; empty for every device, where that makes sense.
    public var device: String
    public var name: String?
    public var group: String?
    public var tenant: String?
    public var region: String?
    public var site: String?
    /// Whether maintenance begins, or ends.
    public var begins: Bool?
    /// RFC 3339; without it, until it is ended.
    public var until: String?

    public init(_ device: String) {
        self.device = device
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
