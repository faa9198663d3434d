import Glibc

/// What a Prometheus exposition says (text format 0.0.4): each sample by its name and labels.
struct MetricsText {
    struct Sample: Hashable {
        var name: String
        /// As written between the braces: `listener="traps",reason="community"`.
        var labels: String
        var value: Double
    }

    let samples: [Sample]

    init(_ text: String) {
        samples = text.split(separator: "\n").compactMap { line in
            guard !line.hasPrefix("#"), let space = line.lastIndex(of: " "),
                let value = Double(line[line.index(after: space)...])
            else { return nil }
            let series = line[..<space]
            guard let brace = series.firstIndex(of: "{"), series.last == "}" else {
                return Sample(name: String(series), labels: "", value: value)
            }
            return Sample(
                name: String(series[..<brace]), labels: String(series[series.index(after: brace)...].dropLast()),
                value: value)
        }
    }

    /// The sum of all samples of that name whose labels hold `label`; 0 if there are none.
    func sum(_ name: String, _ label: String = "") -> Int {
        Int(value(name, label))
    }

    func value(_ name: String, _ label: String = "") -> Double {
        samples.reduce(0) { sum, sample in
            sample.name == name && (label.isEmpty || sample.labels.contains(label)) ? sum + sample.value : sum
        }
    }

    /// Asks a server on 127.0.0.1; `nil` where none answers.
    static func scrape(port: UInt16) -> MetricsText? {
        guard let socket = LoopbackStream.connect(to: port) else { return nil }
        defer { close(socket) }
        let request = Array("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".utf8)
        guard unsafe send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            return nil
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while LoopbackStream.waitToRead(socket, milliseconds: patience) {
            let count = unsafe recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard text.hasPrefix("HTTP/1.1 200"), let head = text.firstRange(of: "\r\n\r\n") else { return nil }
        return MetricsText(String(text[head.upperBound...]))
    }

    /// How long a server that is busy with a load may take, in milliseconds.
    private static let patience: Int32 = 10_000
}
