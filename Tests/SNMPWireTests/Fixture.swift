import Foundation
import Testing

/// A folder of `Fixtures`: a datagram that a real client sent, and what it says. `make-fixtures` there made the datagram from
/// the client's words in `command`; `expected.json` was written from the same words and not by our decoder.
struct Fixture: Sendable, CustomTestStringConvertible {
    var name: String
    var datagram: [UInt8]
    var expected: Expected

    var testDescription: String { name }

    struct Expected: Decodable, Sendable {
        var version: String
        var pdu: String?
        var community: String?
        /// The code of the error that decoding it as a notification gives.
        var error: String?
        var oid: String?
        var enterprise: String?
        var agentAddress: String?
        var generic: Int32?
        var specific: Int32?
        var uptime: UInt32?
        var user: String?
        var level: String?
        var engineID: String?
        var engineBoots: Int32?
        var engineTime: Int32?
        var contextEngineID: String?
        var context: String?
        var errorStatus: Int32?
        var errorIndex: Int32?
        var variables: [Variable]?
        /// Instead of `variables` where their values are not known beforehand.
        var variableOIDs: [String]?
    }

    struct Variable: Decodable, Sendable, Hashable {
        var oid: String
        var type: String
        /// Octets in lower-case hex, numbers in decimal, addresses and OIDs dotted; empty where the type has no value.
        var value: String

        init(oid: String, type: String, value: String) {
            self.oid = oid
            self.type = type
            self.value = value
        }

        private enum Key: String, CodingKey { case oid, type, value }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            oid = try container.decode(String.self, forKey: .oid)
            type = try container.decode(String.self, forKey: .type)
            switch type {
            case "Float": value = String(try container.decode(Float.self, forKey: .value))
            case "Double": value = String(try container.decode(Double.self, forKey: .value))
            case "INTEGER", "Counter32", "Gauge32", "TimeTicks":
                value = String(try container.decode(Int64.self, forKey: .value))
            default: value = try container.decodeIfPresent(String.self, forKey: .value) ?? ""
            }
        }
    }

    /// All of them, by name.
    static let all: [Fixture] = {
        guard let folder = Bundle.module.url(forResource: "Fixtures", withExtension: nil),
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        else { return [] }
        return names.sorted().filter { $0 != "make-fixtures" }.compactMap { name in
            let caseFolder = folder.appending(path: name)
            guard let datagram = try? Data(contentsOf: caseFolder.appending(path: "datagram.bin")),
                let json = try? Data(contentsOf: caseFolder.appending(path: "expected.json")),
                let expected = try? JSONDecoder().decode(Expected.self, from: json)
            else {
                Issue.record("\(name): datagram.bin or expected.json is missing or not as Fixture.swift says")
                return nil
            }
            return Fixture(name: name, datagram: [UInt8](datagram), expected: expected)
        }
    }()

    static func named(_ name: String) throws -> Fixture {
        try #require(all.first { $0.name == name }, "no fixture \(name)")
    }
}
