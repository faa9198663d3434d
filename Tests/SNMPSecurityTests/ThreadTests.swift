import Basics
import Foundation
import SNMPWire
import Synchronization
import Testing

@testable import SNMPSecurity

@Suite struct ThreadTests {
    /// Several sockets' threads are given the same messages: each is let in once.
    @Test func eachMessageIsLetInOnce() throws {
        let user = Samples.user("ops", .sha1, .aes256Reeder)
        let security = Samples.security([user])
        let opener = NotificationOpener(users: security.users, ring: security.ring)
        let salts = Salts(boots: 1)
        var messages: [[UInt8]] = []
        for number in 0..<600 {
            messages.append(
                try Samples.message(
                    user, engine: Samples.engine(UInt32(100 + number % 3)), time: Int32(1_000 + number / 100),
                    messageID: Int32(number), salts: salts))
        }
        #expect(Set(messages).count == messages.count)
        let admitted = Atomic(0)
        let replayed = Atomic(0)
        let opened = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 4) { [messages] thread in
            for step in messages.indices {
                let message = messages[(step + thread * 150) % messages.count]
                guard let summary = (try? V3View.check(message)) ?? nil else { continue }
                do throws(SecurityRefusal) {
                    _ = try security.admit(
                        message.rawOctets, summary, from: Samples.sender, at: Samples.moment())
                    admitted.add(1, ordering: .relaxed)
                } catch {
                    if error == .replayed { replayed.add(1, ordering: .relaxed) }
                }
                if (try? opener.open(message)) != nil { opened.add(1, ordering: .relaxed) }
                if step == 300 { security.replaceUsers(UserTable([user], reusing: security.users)) }
            }
        }
        #expect(admitted.load(ordering: .relaxed) == 600)
        #expect(replayed.load(ordering: .relaxed) == 1_800)
        #expect(opened.load(ordering: .relaxed) == 2_400)
        #expect(security.ring.count == 3)
    }
}
