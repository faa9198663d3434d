import Alarms
import Basics
import Foundation
import MIBCatalog
import SNMPWire
import Testing

@testable import Documents

/// What is written without a tree between is, octet for octet, what Foundation's encoder writes.
@Suite struct JSONWriterTests {
    @Test func everyScalarIsEscapedAlike() {
        for value in Array(0...0x2fff as ClosedRange<UInt32>) + [0xfeff, 0xfffd, 0xffff, 0x1_f6d1, 0x10_ffff] {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "a" + String(Character(scalar)) + "b"
            #expect(written(text) == JSONLine.encode([text]), "\(value)")
        }
        #expect(written("") == JSONLine.encode([""]))
        #expect(
            written("e\u{301} \u{1f468}\u{200d}\u{1f469} \"/\\")
                == JSONLine.encode(["e\u{301} \u{1f468}\u{200d}\u{1f469} \"/\\"]))
    }

    private func written(_ text: String) -> String {
        var json = OctetWriter()
        json.append("[")
        json.append(json: text)
        json.append("]")
        return json.text()
    }

    @Test func numbersAreWrittenAlike() {
        var numbers: [Double] = [
            0, -0.0, 1, -1, 0.1, 1e16, 1e17, 1e-5, 1e300, .leastNonzeroMagnitude, .pi, .greatestFiniteMagnitude,
        ]
        numbers += (0..<1_000).map { _ in Double(bitPattern: .random(in: 0...(.max))) }.filter(\.isFinite)
        for number in numbers {
            var json = OctetWriter()
            json.append("[")
            json.append(json: number)
            json.append("]")
            #expect(json.text() == JSONLine.encode([number]))
        }
    }

    @Test func anEventIsWrittenAlikeWithAndWithoutItsParts() throws {
        let device = EventDevice(id: "7", name: "Gerät \"7\"", address: IPAddress(v4: 0x0a01_0203))
        for parts in 0..<512 {
            func part<Value>(_ bit: Int, _ value: Value) -> Value? { parts >> bit & 1 == 1 ? value : nil }
            let event = Event(
                id: Int64(parts) << 40, time: Timestamp(seconds: 1_767_225_599, nanoseconds: 5_000),
                deviceTime: part(0, Timestamp(seconds: 1)), transition: .changed, reason: part(1, "be\ncause"),
                alarmID: part(2, 11), alarm: "x/y", oid: .enterprises, severity: .critical,
                previousSeverity: part(3, .major), highestSeverity: .critical, device: device, source: "a\u{7}b",
                text: "line 1\nline \"2\"", eventType: part(4, "é"), probableCause: part(5, ""), count: parts,
                raised: part(6, Timestamp(seconds: 1_767_225_000)))
            let document = EventDocument(
                event, datagram: part(7, try datagram(full: parts % 3 == 0)), routes: part(8, ["one", "two\t"]),
                sinks: part(8, []))
            #expect(document.jsonLine() == JSONLine.encode(document))
        }
    }

    @Test func aDatagramIsWrittenAlikeWithAndWithoutItsParts() throws {
        for document in [try datagram(full: true), try datagram(full: false)] {
            #expect(document.jsonLine() == JSONLine.encode(document))
        }
    }

    /// With every key there is, or with those alone that are always there.
    private func datagram(full: Bool) throws -> DatagramDocument {
        let endpoint = try #require(Endpoint("[2001:db8::1]:50000"))
        var document = DatagramDocument(
            datagram: [], time: Timestamp(seconds: 0), sender: endpoint, receiver: endpoint, catalog: .empty)
        guard full else { return document }
        let values: [Value] = [
            .integer(-5), .counter64(.max), .octetString([0, 255]), .float(0.1), .double(2), .double(.nan), .null,
            .objectIdentifier(.mib2), .ipAddress(1), .octetString(ArraySlice("say \"hi\"\u{1b}[2J".utf8)),
        ]
        document.variables = values.enumerated().map { number, value in
            DatagramDocument.Variable(
                VariableBinding(name: .mib2.appending(1, UInt32(number)), value: value), catalog: bundledCatalog)
        }
        document.version = "v3"
        document.pdu = "inform"
        document.oid = "1.3"
        document.name = "iso.3"
        document.enterprise = "1.3.6"
        document.agentAddress = "192.0.2.1"
        document.uptime = .max
        document.requestId = .min
        document.community = "fleet"
        document.user = "obs\u{202e}erver"
        document.level = "authPriv"
        document.engineID = "80"
        document.engineBoots = .max
        document.engineTime = 0
        document.context = "c"
        return document
    }
}
