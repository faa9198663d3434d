import Basics
import Foundation
import Testing

@testable import Intake

@Suite struct UDPSenderTests {
    private func server() throws -> DatagramSocket {
        try DatagramSocket.open(.loopback(), count: 1, receiveBuffer: 64 * 1_024)[0]
    }

    @Test func nothingThatListensIsSaid() throws {
        // A port that was free a moment ago: bound and given back.
        let port = try server().endpoint.port
        let sender = try UDPSender(to: .loopback(port))
        let error = #expect(throws: SenderError.self) {
            _ = try sender.request([1], timeout: .seconds(10))
        }
        #expect(error?.reason == .nothingListens)
        #expect(error?.description == "nothing listens on 127.0.0.1:\(port)")
    }

    /// A server that is only starting when the first datagram comes.
    @Test func aPortThatIsRefusedIsTriedAgain() throws {
        let port = try server().endpoint.port
        let sender = try UDPSender(to: .loopback(port))
        let refused = #expect(throws: SenderError.self) {
            _ = try sender.request([1], timeout: .milliseconds(20), retries: 2)
        }
        #expect(refused?.reason == .nothingListens)
        let thread = Thread {
            // After the first try or before it: it is answered in either case.
            Thread.sleep(forTimeInterval: 0.1)
            guard
                let server = try? DatagramSocket.open(.loopback(port), count: 1, receiveBuffer: 64 * 1_024)[0],
                let slab = DatagramSlab(capacity: 1, slotSize: 100)
            else { return }
            var path: AnswerPath?
            while path == nil { _ = try? server.receive(into: slab) { header, _ in path = header.answerPath } }
            if let path { _ = server.send([8], along: path) }
        }
        thread.start()
        #expect(try sender.request([1], timeout: .milliseconds(200), retries: 100) == [8])
    }

    @Test func noAnswerInTimeIsNil() throws {
        let silent = try server()
        let sender = try UDPSender(to: silent.endpoint)
        #expect(try sender.request([1], timeout: .milliseconds(20)) == nil)
    }

    @Test func datagramsThatAreNoAnswerArePassedOver() throws {
        let server = try server()
        let sender = try UDPSender(to: server.endpoint)
        try sender.send([1])
        let slab = try #require(DatagramSlab(capacity: 1, slotSize: 100))
        var path: AnswerPath?
        _ = try server.receive(into: slab) { header, _ in path = header.answerPath }
        for answer in [[7], [8], [9]] as [[UInt8]] {
            #expect(server.send(answer, along: try #require(path)) == nil)
        }
        #expect(try sender.receive(timeout: .seconds(10)) { $0 == [8] } == [8])
        #expect(try sender.receive(timeout: .seconds(10)) == [9])
    }

    @Test func itSendsFromTheAddressThatIsAsked() throws {
        let local = Endpoint(try #require(IPAddress("127.0.0.7")), port: 0)
        #expect(try UDPSender(to: .loopback(9), from: local).localEndpoint?.address == local.address)
    }

    @Test func tooMuchForOneDatagramIsSaid() throws {
        let sender = try UDPSender(to: .loopback(9))
        let error = #expect(throws: SenderError.self) { try sender.send(Array(repeating: 0, count: 65_508)) }
        #expect(error?.reason == .tooLong)
    }
}
