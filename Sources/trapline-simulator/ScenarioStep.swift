import Basics
import DeviceSimulation

/// One thing that is to happen to the fleet: `60 kill 100`.
struct ScenarioStep: Sendable, Hashable {
    static let help = """
        A step is `[SECONDS] ACTION DEVICES`, the seconds counted from the start (without them: at once). ACTION is one \
        of kill (power off), restart (off and on; coldStart after 20 s, board-started 10 s later), cut (off the \
        network), connect, switch-over, lose-peer, return-peer, event, lose (with a number: so many traps get lost), \
        raise (with a link's number and, if it is not to be major, a severity), clear (with a link's number), report \
        (with a file: the alarms that stand, a line of JSON each). DEVICES is all, an address, two addresses with a \
        hyphen between them, or a number: so many, from the first on, that are on. For example: --at "60 kill 100" \
        --at "90 raise 127.1.0.7 1 critical"
        """

    enum Action: Sendable, Hashable {
        case kill, restart, cut, connect, switchOver, losePeer, returnPeer, event
        case lose(Int)
        case raise(link: Int, DeviceSeverity)
        case clear(link: Int)
        case report(file: String)
    }

    enum Selection: Sendable, Hashable {
        case all
        case first(Int)
        case addresses(ClosedRange<UInt128>)
    }

    /// As it was written.
    let text: String
    /// In seconds from the start; `nil` for at once.
    let time: Double?
    let action: Action
    let selection: Selection

    /// `nil` where it is no step.
    init?(argument: String) {
        do {
            try self.init(argument)
        } catch {
            return nil
        }
    }

    /// - Throws: what is wrong with it.
    init(_ text: String) throws(SimulatorError) {
        self.text = text
        var words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        if let first = words.first, let seconds = Double(first), seconds >= 0 {
            time = seconds
            words.removeFirst()
        } else {
            time = nil
        }
        guard let name = words.first else { throw SimulatorError("names no action, which is \(Self.actions)") }
        guard let usage = Self.usages.first(where: { $0.key == name })?.value else {
            throw SimulatorError("“\(name)” is no action, which is \(Self.actions)")
        }
        let wanted = "\(name) is followed by DEVICES" + (usage.isEmpty ? "" : " and \(usage)")
        guard words.count >= 2 else { throw SimulatorError(wanted) }
        guard let selection = Selection(words[1]) else {
            throw SimulatorError(
                "“\(words[1])” names no devices: all, an address, two with a hyphen between them, or a number")
        }
        guard let action = Self.action(name, Array(words.dropFirst(2))) else {
            throw SimulatorError(wanted + (usage.isEmpty ? " alone" : ""))
        }
        self.action = action
        self.selection = selection
    }

    /// What follows the devices, by action.
    private static let usages: KeyValuePairs = [
        "kill": "", "restart": "", "cut": "", "connect": "", "switch-over": "", "lose-peer": "", "return-peer": "",
        "event": "", "lose": "a number of traps", "raise": "a link's number and, if it is not to be major, a severity",
        "clear": "a link's number", "report": "a file",
    ]

    private static var actions: String {
        let names = usages.map(\.key)
        return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }

    private static func action(_ name: String, _ rest: [String]) -> Action? {
        let number = rest.first.flatMap { Int($0) }.flatMap { (0...1_000_000).contains($0) ? $0 : nil }
        switch (name, rest.count) {
        case ("kill", 0): return .kill
        case ("restart", 0): return .restart
        case ("cut", 0): return .cut
        case ("connect", 0): return .connect
        case ("switch-over", 0): return .switchOver
        case ("lose-peer", 0): return .losePeer
        case ("return-peer", 0): return .returnPeer
        case ("event", 0): return .event
        case ("lose", 1): return number.map(Action.lose)
        case ("raise", 1): return number.map { .raise(link: $0, .major) }
        case ("raise", 2):
            guard let severity = DeviceSeverity(rest[1]), severity > .cleared else { return nil }
            return number.map { .raise(link: $0, severity) }
        case ("clear", 1): return number.map(Action.clear)
        case ("report", 1): return .report(file: rest[0])
        default: return nil
        }
    }
}

extension ScenarioStep.Selection {
    fileprivate init?(_ text: String) {
        if text == "all" {
            self = .all
        } else if let count = Int(text), count > 0 {
            self = .first(count)
        } else {
            let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { IPAddress($0) }
            guard (1...2).contains(ends.count), let first = ends.first ?? nil, let last = ends.last ?? nil,
                first.bits <= last.bits
            else { return nil }
            self = .addresses(first.bits...last.bits)
        }
    }
}
