import Foundation

/// A file of steps, one a line, that may still be written to: what is added is read on.
struct ScenarioFile {
    private let path: String
    private let handle: FileHandle
    private var rest = Data()
    /// Of the line that was read last.
    private var number = 0

    init(_ path: String) throws {
        var isFolder = false
        let isThere = Standing.isThere(path, isFolder: &isFolder)
        guard isThere, !isFolder, let handle = FileHandle(forReadingAtPath: path) else {
            let why = !isThere ? "there is no such file" : isFolder ? "it is a folder" : "this user may not"
            throw SimulatorError("--scenario: \(path) cannot be read: \(why)")
        }
        self.path = path
        self.handle = handle
    }

    /// The steps on lines that are complete by now. Empty lines and those after `#` are none; of a line that is wrong it
    /// is told why, and those after it are read on.
    mutating func read(complain: (String) -> Void) throws -> [ScenarioStep] {
        rest += try handle.readToEnd() ?? Data()
        var steps: [ScenarioStep] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
            number += 1
            guard !line.allSatisfy(\.isWhitespace), !line.hasPrefix("#") else { continue }
            do {
                steps.append(try ScenarioStep(line))
            } catch {
                complain("\(path):\(number): “\(line)” is no step: \(error)")
            }
        }
        return steps
    }
}

struct SimulatorError: Error, CustomStringConvertible, LocalizedError {
    var description: String
    var errorDescription: String? { description }

    init(_ description: String) { self.description = description }
}
