import ArgumentParser
import Documents
import Trapline

/// `trapline dead-letters`: what peers have refused for good.
struct DeadLettersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters", abstract: "Prints the events that a sink's peer has refused for good.")

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        storeOptions.list(try storeOptions.eventLog().deadLetters(), json: { $0.jsonLine() }, text: text)
    }

    private func text(_ letter: DeadLetterDocument) -> String {
        // The detail is a peer's own words.
        "\(letter.time)  \(letter.sink)  event \(letter.event)  \(letter.reason): \(TerminalText.line(letter.detail))"
    }
}
