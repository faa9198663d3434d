import Foundation

/// A file of steps, one a line, that may still be written to: what is added is read on.
struct ScenarioFile {
    private let path: String
    private let handle: FileHandle
    private var rest = Data()

    init(_ path: String) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw SimulatorError("\(path) cannot be read") }
        self.path = path
        self.handle = handle
    }

    /// The steps on lines that are complete by now. Empty lines and those after `#` are none.
    mutating func read() throws -> [ScenarioStep] {
        rest += try handle.readToEnd() ?? Data()
        var steps: [ScenarioStep] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
            guard !line.allSatisfy(\.isWhitespace), !line.hasPrefix("#") else { continue }
            guard let step = ScenarioStep(argument: line) else { throw SimulatorError("\(path): “\(line)” is no step") }
            steps.append(step)
        }
        return steps
    }
}

struct SimulatorError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
