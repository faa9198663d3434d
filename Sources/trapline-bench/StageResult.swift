/// What one round of a stage took.
struct StageResult {
    var microsecondsPerTrap: Double
    /// How the traps fared; `nil` where none could be lost.
    var note: String?
}
