import Basics
import Foundation
import TestPeers
import Testing

@testable import Captures

@Suite struct CaptureReaderTests {
    @Test(arguments: [
        ("", "the file is empty"), ("x", "neither pcap nor pcapng"), ("\u{1f}\u{8b}", "neither"),
        ("snoop\0\0\0", "snoop"), ("#!/bin/sh", "neither pcap nor pcapng"),
    ]) func whatIsNoCaptureIsToldFrom(text: String, detail: String) {
        let error = packets(Array(text.utf8)).error
        #expect(error?.reason == .notACapture)
        #expect(error?.description.contains(detail) ?? false)
    }

    @Test func compressedFilesAreNamed() {
        #expect(packets([0x1f, 0x8b, 8, 0]).error?.detail.contains("gunzip") ?? false)
        #expect(packets([0x28, 0xb5, 0x2f, 0xfd]).error?.detail.contains("zstd") ?? false)
    }

    @Test func aFileThatIsNotThereIsAnError() {
        #expect { try CaptureReader(path: "/nonexistent/file.pcap") } throws: { error in
            let error = error as? CaptureError
            return error?.reason == .unreadable
                && error?.description == "/nonexistent/file.pcap: No such file or directory"
        }
    }

    @Test func aFolderIsAnError() {
        #expect { try CaptureReader(path: "/tmp") } throws: { ($0 as? CaptureError)?.reason == .unreadable }
    }

    @Test func afterAnErrorNothingMoreComes() throws {
        var reader = try CaptureReader(bytes: Wire.pcap([[1, 2, 3]]).dropLast())
        #expect(throws: CaptureError.self) { try reader.next() }
        #expect(try reader.next() == nil)
    }

    @Test func afterTheEndNothingMoreComes() throws {
        var reader = try CaptureReader(bytes: Wire.pcap([]))
        #expect(try reader.next() == nil)
        #expect(try reader.next() == nil)
    }

    @Test func errorsNameThePlace() {
        let error = packets(Wire.pcap([[1, 2, 3]]).dropLast()).error
        #expect(
            error?.description
                == "capture: truncated at octet 40: the file ends within a packet; at least 1 more octets were expected"
        )
    }

    /// Random octets behind each format's beginning, and random octets alone.
    @Test func randomOctetsAreReadOrAnError() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let beginnings = [
            [], Wire.pcap([]), Wire.pcap([], .ethernet, order: .big), Wire.section() + Wire.interface(.ethernet),
            Wire.section(.big) + Wire.interface(.linuxCooked, .big),
        ]
        for _ in 0..<3_000 {
            var bytes = beginnings.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0...300, using: &random) {
                // Zeros and small numbers often, so that lengths make sense now and then.
                bytes.append(Bool.random(using: &random) ? 0 : UInt8.random(in: 0...255, using: &random))
            }
            let (found, error, _) = datagrams(bytes)
            #expect(found.count < 100 && error?.path ?? "capture" == "capture", "seed \(seed)")
        }
        print("randomOctetsAreReadOrAnError: seed \(seed)")
    }
}
