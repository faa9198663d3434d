import Basics
import Manager
import SNMPSecurity
import SNMPWire
import Synchronization
import TestPeers
import Testing

@Suite struct RequestDispatcherTests {
    /// Sends nothing, and knows what is waited for.
    private final class Register: DatagramSender {
        private let keys = Mutex<Set<ExpectedResponse.Key>>([])
        private let total = Mutex(0)

        var expected: Int { keys.withLock { $0.count } }
        /// Since the start.
        var all: Int { total.withLock { $0 } }
        var requestIDs: [Int32] { keys.withLock { $0.map(\.requestID) } }

        func expect(_ expected: ExpectedResponse) {
            keys.withLock { _ = $0.insert(expected.key) }
            total.withLock { $0 += 1 }
        }

        func forget(_ key: ExpectedResponse.Key) {
            keys.withLock { _ = $0.remove(key) }
        }

        func send(_ payload: [UInt8], along path: RequestPath) throws(SendFailure) {}
    }

    /// It ends between its key being made and its answer being waited for.
    @Test(arguments: [Credential(community: Secret("public")), Credential(user: "ops")])
    func aRequestThatEndsWhileItIsSentIsNotWaitedFor(_ credential: Credential) async throws {
        let users = UserTable([
            User(name: "ops", authentication: User.Authentication(.sha256, password: Secret("authentic words")))
        ])
        let register = Register()
        let dispatcher = RequestDispatcher(sender: register, users: { users })
        let sysName = try #require(OID("1.3.6.1.2.1.1.5.0"))
        let outcome = await dispatcher.perform(
            RequestDispatcher.Order(
                device: "a", request: .get([sysName]), credential: credential,
                path: RequestPath(peer: Endpoint(IPAddress(v4: 0x7f00_0001), port: 161))
            ) { _ in dispatcher.stop() })
        guard case .stopped = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(Poll.until { register.all == 1 && register.expected == 0 })
    }

    /// By v3 too the first message has the number of its request: none is taken that nobody waits for.
    @Test(arguments: [Credential(community: Secret("public")), Credential(user: "ops")])
    func aRequestTakesOneNumberForItsFirstSending(_ credential: Credential) throws {
        let users = UserTable([
            User(name: "ops", authentication: User.Authentication(.sha256, password: Secret("authentic words")))
        ])
        let register = Register()
        let dispatcher = RequestDispatcher(sender: register, users: { users })
        defer { dispatcher.stop() }
        let told = Mutex<[Int32]>([])
        dispatcher.submit(
            RequestDispatcher.Order(
                device: "a", request: .get([.sysUpTimeInstance]), credential: credential,
                path: RequestPath(peer: Endpoint(IPAddress(v4: 0x7f00_0001), port: 161))
            ) { id in told.withLock { $0.append(id) } }
        ) { _ in }
        #expect(Poll.until { register.expected == 1 })
        #expect(register.requestIDs == told.withLock { $0 })
    }
}
