/// The octets of a key. It prints as `<key>`, so that no log line or dump can tell it by accident.
struct Key: Sendable, Hashable {
    let octets: [UInt8]

    init(_ octets: [UInt8]) {
        self.octets = octets
    }
}

extension Key: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "<key>" }
    var debugDescription: String { "<key>" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
