import Basics
import Testing

@testable import Intake

@Suite struct DatagramSocketTests {
    private struct Received {
        var sender: Endpoint
        var receiver: Endpoint
        var isTruncated: Bool
        var octets: [UInt8]
        var time: Timestamp
        var path: AnswerPath
    }

    private static let buffer = 4 * 1_024 * 1_024

    private func open(_ endpoint: Endpoint, count: Int = 1, receiveBuffer: Int = buffer) throws -> [DatagramSocket] {
        try DatagramSocket.open(endpoint, count: count, receiveBuffer: receiveBuffer)
    }

    /// What the socket holds now. Over loopback a datagram is there when its sending returns.
    private func drain(_ socket: DatagramSocket, slotSize: Int = 65_527) throws -> [Received] {
        let slab = try #require(DatagramSlab(capacity: 8, slotSize: slotSize))
        var all: [Received] = []
        while try socket.receive(
            into: slab,
            { header, payload in
                all.append(
                    Received(
                        sender: header.sender, receiver: header.receiver, isTruncated: header.isTruncated,
                        octets: payload.withUnsafeBytes { [UInt8]($0) }, time: header.time, path: header.answerPath))
            }) > 0
        {}
        return all
    }

    @Test(arguments: [Endpoint.loopback(), .loopback6()])
    func whoSentItToWhomAndWhen(endpoint: Endpoint) throws {
        let socket = try open(endpoint)[0]
        #expect(socket.endpoint.port != 0)
        #expect(socket.receiveBuffer > 0)
        let sender = try UDPSender(to: socket.endpoint)
        let payloads: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 7, count: 20)]
        for payload in payloads { try sender.send(payload) }
        let received = try drain(socket)
        #expect(received.map(\.octets) == payloads)
        for datagram in received {
            #expect(datagram.sender == sender.localEndpoint)
            #expect(datagram.receiver.address == endpoint.address)
            #expect(!datagram.isTruncated)
            #expect(datagram.time.seconds > 1_700_000_000)
        }
        #expect(received.map(\.time) == received.map(\.time).sorted())
    }

    @Test(arguments: [(Endpoint.loopback(), 65_507), (.loopback6(), 65_507), (.loopback6(), 65_527)])
    func theLargestDatagramIsReceivedWhole(endpoint: Endpoint, size: Int) throws {
        let socket = try open(endpoint)[0]
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        try UDPSender(to: socket.endpoint).send(payload)
        let received = try drain(socket)
        #expect(received.count == 1 && received[0].octets == payload)
        #expect(received.first?.isTruncated == false)
    }

    @Test func whatDoesNotFitIsFlagged() throws {
        let socket = try open(.loopback())[0]
        let sender = try UDPSender(to: socket.endpoint)
        try sender.send(Array(repeating: 1, count: 101))
        try sender.send(Array(repeating: 2, count: 100))
        let received = try drain(socket, slotSize: 100)
        #expect(received.map(\.isTruncated) == [true, false])
        #expect(received.map(\.octets.count) == [100, 100])
    }

    @Test func moreThanASlabHoldsComesInSeveralBatches() throws {
        let socket = try open(.loopback())[0]
        let sender = try UDPSender(to: socket.endpoint)
        for number in 0..<30 as Range<UInt8> { try sender.send([number]) }
        #expect(try drain(socket).map(\.octets) == (0..<30).map { [UInt8($0)] })
    }

    @Test(arguments: ["127.0.0.2", "127.9.8.7"])
    func anAnswerLeavesFromTheAddressThatWasAsked(address: String) throws {
        let socket = try open(Endpoint(IPAddress(v4: 0), port: 0))[0]
        let asked = Endpoint(try #require(IPAddress(address)), port: socket.endpoint.port)
        // Connected: it takes answers from that address and port only.
        let sender = try UDPSender(to: asked)
        try sender.send([1])
        let received = try drain(socket)
        #expect(received.first?.receiver.address == asked.address)
        #expect(socket.send([2], along: try #require(received.first).path) == nil)
        #expect(try sender.receive(timeout: .seconds(10)) == [2])
    }

    @Test func anIPv6SocketLeavesIPv4Alone() throws {
        let v6 = try open(Endpoint(IPAddress(v6: 0), port: 0))[0]
        let v4 = try open(Endpoint(IPAddress(v4: 0), port: v6.endpoint.port))[0]
        try UDPSender(to: .loopback(v4.endpoint.port)).send([4])
        try UDPSender(to: .loopback6(v6.endpoint.port)).send([6])
        #expect(try drain(v4).map(\.octets) == [[4]])
        #expect(try drain(v6).map(\.octets) == [[6]])
    }

    @Test(arguments: [1, 2], [1, 2])
    func aSecondServerOnThePortIsRefused(first: Int, second: Int) throws {
        let sockets = try open(.loopback(), count: first)
        let failure = #expect(throws: DatagramSocket.Failure.self) {
            _ = try open(sockets[0].endpoint, count: second)
        }
        #expect(failure?.error.isAddressInUse == true)
        #expect(failure?.step == .bind)
    }

    @Test func sendersAreSharedOutByAddressWhateverTheirPort() throws {
        let sockets = try open(.loopback(), count: 2)
        #expect(Set(sockets.map(\.endpoint)).count == 1)
        for _ in 0..<4 {
            for host in 1...40 as ClosedRange<UInt32> {
                let local = Endpoint(IPAddress(v4: 0x7f01_0000 + host), port: 0)
                try UDPSender(to: sockets[0].endpoint, from: local).send([1])
            }
        }
        let seen = try sockets.map { try drain($0).map(\.sender.address) }
        #expect(seen.map(\.count).reduce(0, +) == 160)
        #expect(seen.allSatisfy { !$0.isEmpty }, "one socket got all")
        #expect(Set(seen[0]).isDisjoint(with: seen[1]), "a sender was scattered")
    }

    @Test func iPv6SendersAreSharedOutByAddressToo() throws {
        let sockets = try open(.loopback6(), count: 2)
        let sender = try RawUDPSender(to: sockets[0].endpoint)
        let network: UInt128 = 0x2001_0db8 << 96
        // Gateways that differ in their network, and hosts of one network.
        let addresses = (1...20).map { network | $0 << 64 | 1 } + (1...20).map { network | $0 + 1 }
        for port in 1_000..<1_004 as Range<UInt16> {
            for address in addresses { try sender.send([1], from: Endpoint(IPAddress(v6: address), port: port)) }
        }
        let seen = try sockets.map { try drain($0).map(\.sender.address) }
        #expect(seen.map(\.count).reduce(0, +) == 160)
        #expect(seen.allSatisfy { !$0.isEmpty }, "one socket got all")
        #expect(Set(seen[0]).isDisjoint(with: seen[1]), "a sender was scattered")
    }

    @Test func theKernelsDropsAreSeenWithoutALaterDatagram() throws {
        let socket = try open(.loopback(), receiveBuffer: 8 * 1_024)[0]
        #expect(socket.kernelDrops() == 0)
        let sender = try UDPSender(to: socket.endpoint)
        for _ in 0..<200 { try sender.send(Array(repeating: 1, count: 500)) }
        let drops = try #require(socket.kernelDrops())
        #expect(drops > 0)
        #expect(try drain(socket).count + Int(drops) == 200)
    }

    @Test func onceNothingNewIsLetInWhatIsThereCanStillBeTaken() throws {
        let socket = try open(.loopback())[0]
        let sender = try UDPSender(to: socket.endpoint)
        try sender.send([1])
        socket.refuseNew()
        try sender.send([2])
        #expect(try drain(socket).map(\.octets) == [[1]])
        #expect(socket.kernelDrops() == 1)
    }
}
