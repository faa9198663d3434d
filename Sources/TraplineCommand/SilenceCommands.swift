import Alarms
import ArgumentParser
import Basics
import Documents
import Foundation
import Trapline

struct SilenceAlarms: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence", abstract: "Has nobody told of these alarms for a while.",
        discussion: """
            They are raised and cleared, and stand in the event log, as always. Sinks that were told of one before get \
            its clear. What still stands when the silence ends is told then.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var who: OperatorOptions
    @OptionGroup var filter: AlarmFilterOptions

    @Option(name: .long, help: "When it begins: a time such as 2026-01-31T22:00:00Z, or 2h from now. Without it, now.")
    var from: String?

    @Option(name: .long, help: "When it ends; likewise.")
    var until: String?

    @Option(name: .customLong("for"), help: "How long it holds: 30m, 2h, 7d.")
    var duration: String?

    @Option(name: .long, help: "Why.")
    var reason: String?

    func validate() throws {
        guard try !filter.matcher().isEmpty else {
            throw ValidationError("say which alarms: criteria such as --device NAME or --alarm NAME")
        }
        guard (until == nil) != (duration == nil) else { throw ValidationError("say --for 2h, or --until TIME") }
        _ = try moments()
    }

    private func moments() throws -> (from: Timestamp?, until: Timestamp?) {
        let from = try from.map { try MomentText.future($0) }
        guard let duration else { return (from, try until.map { try MomentText.future($0) }) }
        guard Timestamp(duration) == nil else { throw ValidationError("--for takes a duration such as 2h") }
        let end = try MomentText.future(duration)
        return (from, from.map { Timestamp(nanoseconds: end.nanoseconds + $0.nanoseconds(since: .now)) } ?? end)
    }

    func run() throws {
        let (from, until) = try moments()
        var request = ControlRequest(.silence)
        request.silence = SilenceOrder(
            matcher: try filter.matcher().text, from: from?.description, until: until?.description)
        request.note = reason
        request.by = who.name
        print(try data.ask(request))
        // What it is about may come yet. Where the store cannot be read, what was asked for is done all the same.
        try? data.eventLog().warnOfUnknownNames(in: filter.matcher())
    }
}

struct EndSilence: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unsilence", abstract: "Ends a silence before its time; what still stands is told.")

    @OptionGroup var data: DataOptions
    @OptionGroup var who: OperatorOptions

    @Argument(help: "Its number, as trapline alarms silences prints it.")
    var number: Int64

    @Option(name: .customLong("note"), help: "What is to be said of it.")
    var words: String?

    func run() throws {
        var request = ControlRequest(.endSilence)
        request.silence = SilenceOrder(number: number)
        request.note = words
        request.by = who.name
        print(try data.ask(request))
    }
}

struct ListSilences: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silences", abstract: "Prints the silences that hold or are to come.")

    @OptionGroup var storeOptions: StoreOptions

    func run() throws {
        storeOptions.list(
            try storeOptions.eventLog().silences(), json: { SilenceDocument($0).jsonLine() }, text: text)
    }

    private func text(_ silence: Silence) -> String {
        let reason = silence.reason.isEmpty ? "" : ": " + TerminalText.line(silence.reason)
        return "\(silence.id)  \(silence.from.toTheSecond) to \(silence.until.toTheSecond)  "
            + "\(TerminalText.line(silence.matcher.description))  (\(TerminalText.line(silence.by))\(reason))"
    }
}
