import Basics
import SNMPSecurity
import Testing

@testable import Manager

@Suite struct SessionTableTests {
    private let users = UserTable([
        User(name: "ops", authentication: User.Authentication(.sha256, password: Secret("authentic words")))
    ])

    private func session() throws -> RequestSession {
        try #require(RequestSession(users, user: "ops", salts: Salts(boots: 1)))
    }

    private func place(_ number: UInt32) -> SessionTable.Place {
        SessionTable.Place(
            peer: Endpoint(IPAddress(v4: 0x0a00_0000 + number), port: 161), user: UserCredential(name: "ops"))
    }

    /// A round over a fleet that fits asks none who it is a second time; a larger one has its bound.
    @Test func asManyAsItIsMadeForStay() throws {
        var table = SessionTable(limit: 100)
        for number in 0..<100 as Range<UInt32> { table.put(try session(), at: place(number)) }
        for _ in 0..<3 {
            for number in 0..<100 as Range<UInt32> {
                let entry = table.entry(at: place(number))
                let isUpdated = table.update(try #require(entry), at: place(number))
                #expect(isUpdated)
            }
        }
        for number in 0..<1_000 as Range<UInt32> {
            table.put(try session(), at: place(number))
            #expect(table.count <= 200)
        }
        let isKnown = [0, 999].map { table.entry(at: place($0)) != nil }
        #expect(isKnown == [false, true])
    }

    /// Two threads that learn of one engine at the same time: the second one looks again.
    @Test func whatWasLearnedMeanwhileIsNotWrittenOver() throws {
        var table = SessionTable()
        table.put(try session(), at: place(1))
        let known = table.entry(at: place(1))
        let entry = try #require(known)
        let updates = [table.update(entry, at: place(1)), table.update(entry, at: place(1))]
        #expect(updates == [true, false])
        let later = table.entry(at: place(1))
        table.forget(place(1))
        let isUpdated = table.update(try #require(later), at: place(1))
        #expect(!isUpdated && table.count == 0)
    }
}
