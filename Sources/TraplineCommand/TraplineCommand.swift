import ArgumentParser
@main
struct TraplineCommand: ParsableCommand {
}
