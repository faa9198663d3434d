import Alarms
import ArgumentParser
import Basics
import Trapline

/// Which of the alarms that stand: none without a word.
struct AlarmSelectionOptions: ParsableArguments {
    static let meaning = "With numbers and criteria it is about those of the numbers that meet the criteria too."

    @Argument(help: "The alarms' numbers, as trapline alarms prints them.")
    var number: [Int64] = []

    @OptionGroup var filter: AlarmFilterOptions

    @Flag(name: .long, help: "All that stand.")
    var all = false

    func validate() throws {
        let matcher = try filter.matcher()
        guard !number.isEmpty || !matcher.isEmpty || all else {
            throw ValidationError("say which: numbers, criteria such as --device NAME, or --all")
        }
        guard !all || number.isEmpty && matcher.isEmpty else { throw ValidationError("--all stands alone") }
    }

    func selection() throws -> AlarmSelection {
        let matcher = try filter.matcher()
        return AlarmSelection(
            numbers: number.isEmpty ? nil : number, matcher: matcher.isEmpty ? nil : matcher.text)
    }
}

/// What the commands have in common that do something to alarms.
protocol AlarmAction: ParsableCommand {
    static var action: ControlRequest.Action { get }
    var data: DataOptions { get }
    var who: OperatorOptions { get }
    var alarms: AlarmSelectionOptions { get }
    var words: String? { get }
}

extension AlarmAction {
    func run() throws {
        var request = ControlRequest(Self.action)
        request.alarms = try alarms.selection()
        request.note = words
        request.by = who.name
        print(try data.ask(request))
    }
}

struct AcknowledgeAlarms: AlarmAction {
    static let configuration = CommandConfiguration(
        commandName: "ack", abstract: "Tells that somebody has taken these alarms on.",
        discussion: "It takes the place of another's acknowledgement, and says whose that was. "
            + AlarmSelectionOptions.meaning)
    static let action = ControlRequest.Action.acknowledge

    @OptionGroup var data: DataOptions
    @OptionGroup var who: OperatorOptions
    @OptionGroup var alarms: AlarmSelectionOptions
    @Option(name: .customLong("note"), help: "What is to be said of it.")
    var words: String?
}

struct UnacknowledgeAlarms: AlarmAction {
    static let configuration = CommandConfiguration(
        commandName: "unack", abstract: "Takes that back.", discussion: AlarmSelectionOptions.meaning)
    static let action = ControlRequest.Action.unacknowledge

    @OptionGroup var data: DataOptions
    @OptionGroup var who: OperatorOptions
    @OptionGroup var alarms: AlarmSelectionOptions
    @Option(name: .customLong("note"), help: "What is to be said of it.")
    var words: String?
}

struct ClearAlarms: AlarmAction {
    static let configuration = CommandConfiguration(
        commandName: "clear", abstract: "Ends these alarms, for all who were told of them.",
        discussion: "They stay cleared until their devices raise them anew. " + AlarmSelectionOptions.meaning)
    static let action = ControlRequest.Action.clear

    @OptionGroup var data: DataOptions
    @OptionGroup var who: OperatorOptions
    @OptionGroup var alarms: AlarmSelectionOptions
    @Option(name: .customLong("note"), help: "What is to be said of it.")
    var words: String?
}

struct NoteAlarms: AlarmAction {
    static let configuration = CommandConfiguration(
        commandName: "note", abstract: "Says something of these alarms.", discussion: AlarmSelectionOptions.meaning)
    static let action = ControlRequest.Action.note

    @OptionGroup var data: DataOptions
    @OptionGroup var who: OperatorOptions
    @OptionGroup var alarms: AlarmSelectionOptions
    @Option(name: .customLong("text"), help: "What is to be said.")
    var said: String

    var words: String? { said }
}
