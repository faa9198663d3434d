import ArgumentParser
import Documents
import Trapline

/// `trapline dead-letters`: what peers have refused for good.
struct DeadLettersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters", abstract: "Prints the events that a sink's peer has refused for good.")

    @OptionGroup var storeOptions: StoreOptions

    @Flag(name: .long, help: "One JSON object a line.")
    var json = false

    func run() throws {
        let log = try EventLogReader(
            folder: try storeOptions.dataFolder(), loaded: try storeOptions.configuration.load())
        var lines = OutputLines()
        for letter in try log.deadLetters() { lines.write(json ? letter.jsonLine() : text(letter)) }
        lines.flush()
    }

    private func text(_ letter: DeadLetterDocument) -> String {
        let time = letter.time.prefix(19).replacing("T", with: " ") + "Z"
        return "\(time)  \(letter.sink)  event \(letter.event)  \(letter.reason): \(letter.detail)"
    }
}
