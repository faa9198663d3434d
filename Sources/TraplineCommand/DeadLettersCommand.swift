import ArgumentParser
import Documents
import Trapline

/// `trapline dead-letters`: what peers have refused for good, and what becomes of it.
struct DeadLettersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters", abstract: "Events that a sink's peer has refused for good.",
        subcommands: [ListDeadLetters.self, ResendDeadLetters.self, ForgetDeadLetters.self],
        defaultSubcommand: ListDeadLetters.self)
}

struct ListDeadLetters: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Prints them.")

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        storeOptions.list(try storeOptions.eventLog().deadLetters(), json: { $0.jsonLine() }, text: text)
    }

    private func text(_ letter: DeadLetterDocument) -> String {
        let asked = letter.askedFor == true ? "  (to be sent again)" : ""
        // The detail is a peer's own words.
        return
            "\(letter.time)  \(letter.sink)  event \(letter.event)  \(letter.reason): \(TerminalText.line(letter.detail))"
            + asked
    }
}

struct ResendDeadLetters: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resend", abstract: "Has them sent again by the sinks whose peers refused them.",
        discussion: """
            The running server does it; without one, its next start does. What is refused again is listed again.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var letters: LetterOptions

    func run() throws {
        print(try data.ask(ControlRequest(.resendLetters, letters: letters.selection)))
    }
}

struct ForgetDeadLetters: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Takes them off the list. The event log keeps their events.")

    @OptionGroup var data: DataOptions
    @OptionGroup var letters: LetterOptions

    func run() throws {
        print(try data.ask(ControlRequest(.forgetLetters, letters: letters.selection)))
    }
}

/// Which dead letters: none without a word.
struct LetterOptions: ParsableArguments {
    @Option(name: .long, help: "Those of this sink.")
    var sink: String?

    @Option(name: .long, parsing: .upToNextOption, help: "Those of these events.")
    var event: [Int64] = []

    @Flag(name: .long, help: "All of them.")
    var all = false

    func validate() throws {
        guard sink != nil || !event.isEmpty || all else {
            throw ValidationError("say which: --sink NAME, --event N …, or --all")
        }
        guard !all || sink == nil && event.isEmpty else {
            throw ValidationError("--all stands alone")
        }
    }

    var selection: LetterSelection { LetterSelection(sink: sink, events: event.isEmpty ? nil : event) }
}
