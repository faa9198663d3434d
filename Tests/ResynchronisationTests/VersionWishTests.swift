import Basics
import Manager
import SNMPWire
import Testing

@testable import Resynchronisation

/// In which version a device wants to be asked.
@Suite struct VersionWishTests {
    @Test(arguments: [
        ("SNMPVersion=SNMPv3", SNMPVersion.v3), ("SNMPVersion= SNMPv2c", .v2c), ("snmpversion = SNMPV3\0", .v3),
        ("SNMPVersion=SNMPv1", .v1), ("SNMPVersion=SNMPv2", .v2c),
    ])
    func itIsReadAsDevicesSpellIt(words: String, version: SNMPVersion) {
        #expect(VersionWish(Array(words.utf8), isProven: false)?.version == version)
    }

    @Test(arguments: ["", "SNMPv3", "SNMPVersion=", "SNMPVersion=SNMPv31", "SNMPVersion=v3", "xSNMPVersion=SNMPv3"])
    func otherWordsAreNone(words: String) {
        #expect(VersionWish(Array(words.utf8), isProven: true) == nil)
    }

    @Test func whoeverProvesNothingChangesNothingThatWasProven() {
        let (proven, claimed) = (VersionWish(.v3, isProven: true), VersionWish(.v2c, isProven: false))
        #expect(proven.followed(by: claimed) == proven)
        #expect(proven.followed(by: VersionWish(.v2c, isProven: true)).version == .v2c)
        #expect(claimed.followed(by: proven) == proven)
        #expect(claimed.followed(by: VersionWish(.v3, isProven: false)).version == .v3)
    }

    private static let peer = Endpoint(IPAddress(v4: 0xc000_0207), port: 40_161)

    /// The version of the first request to a device, after `notes`.
    private func asked(_ notes: [VersionWish], by table: inout SyncTable) -> SNMPVersion? {
        let (start, settings) = (Timestamp(seconds: 1_000), SyncSettings(profile: .audiocodes, poll: nil))
        _ = table.heard(
            .keepAlive, of: "device", trapOID: .enterprises, variables: [], alarm: nil, at: start, settings)
        for wish in notes { table.note(wish, of: "device") }
        while let due = table.nextDue, let device = table.takeDue(by: due) {
            _ = table.advance(device, to: due, now: due, SyncWay(RequestPath(peer: Self.peer)), settings)
            if let request = table.takeChanges().requests.first { return request.version }
        }
        return nil
    }

    @Test func itIsNotedWithTheRequest() {
        var silent = SyncTable()
        #expect(asked([], by: &silent) == nil)
        var wishing = SyncTable()
        #expect(asked([VersionWish(.v2c, isProven: false), VersionWish(.v3, isProven: true)], by: &wishing) == .v3)
        // One that is not known has no wishes.
        wishing.note(VersionWish(.v3, isProven: true), of: "nobody")
        #expect(wishing.count == 1)
    }

    /// A word that proves nothing would have the community go to whoever makes the claim, in clear.
    @Test(arguments: [(true, SNMPVersion.v3), (false, .v2c)])
    func aClaimantIsAskedAsTheDeviceHasProven(isProven: Bool, version: SNMPVersion) throws {
        var table = SyncTable()
        let (start, settings) = (Timestamp(seconds: 1_000), SyncSettings(profile: .audiocodes, poll: nil))
        _ = table.heard(
            .keepAlive, of: "serial:1", trapOID: .enterprises, variables: [], alarm: nil, at: start, settings)
        table.note(VersionWish(.v3, isProven: isProven), of: "serial:1")
        table.question("serial:1", at: start)
        table.note(VersionWish(.v2c, isProven: false), ofClaim: "serial:1")
        table.note(wishOf: "serial:1", ofClaim: "serial:1")
        var versions: [SNMPVersion?] = []
        while let due = table.nextDue, versions.isEmpty, let name = table.takeDue(by: due) {
            _ = table.advance(name, to: due, now: due, SyncWay(RequestPath(peer: Self.peer)), settings)
            guard SyncTable.claim(of: name) != nil else { continue }
            versions += table.takeChanges().requests.filter { $0.device == name }.map(\.version)
        }
        #expect(versions == [version])
    }

    /// Else one forged datagram would make a device unreachable that was asked by its community all the time.
    @Test(arguments: [true, false]) func aClaimCountsOnlyOfWhoNeverAnswered(hasAnswered: Bool) throws {
        var table = SyncTable()
        let (start, settings) = (Timestamp(seconds: 1_000), SyncSettings(profile: .audiocodes, poll: nil))
        _ = table.heard(.keepAlive, of: "known", trapOID: .enterprises, variables: [], alarm: nil, at: start, settings)
        table.note(VersionWish(.v3, isProven: true), of: "known")
        _ = table.heard(.keepAlive, of: "device", trapOID: .enterprises, variables: [], alarm: nil, at: start, settings)
        table.note(VersionWish(.v2c, isProven: false), of: "device")
        let request = try #require(next(of: "device", in: &table))
        #expect(request.version == .v2c)
        if hasAnswered {
            let answers = request.request.variables.map { variable in
                let isTime = variable.name == .sysUpTimeInstance
                return VariableBinding(name: variable.name, value: isTime ? .timeTicks(1) : .noSuchObject)
            }
            let reply = SNMPReply(requestID: 1, variables: VariableBindings(answers))
            _ = table.take(reply, from: "device", at: start, SyncWay(RequestPath(peer: Self.peer)), settings)
        }
        #expect(table.isUnproven("device") == !hasAnswered)
        table.note("device", claimsToBe: "known", isAuthentic: false)
        table.wish(.operatorsWord, of: "device", at: start.adding(3_600_000_000_000))
        #expect(next(of: "device", in: &table)?.version == (hasAnswered ? .v2c : .v3))
        // What it proves itself counts more.
        table.note(VersionWish(.v2c, isProven: true), of: "device")
        table.wish(.operatorsWord, of: "device", at: start.adding(7_200_000_000_000))
        #expect(next(of: "device", in: &table)?.version == .v2c)
    }

    /// The next request to a device.
    private func next(of name: String, in table: inout SyncTable) -> SyncTable.Request? {
        let (way, settings) = (SyncWay(RequestPath(peer: Self.peer)), SyncSettings(profile: .audiocodes, poll: nil))
        _ = table.takeChanges()
        while let due = table.nextDue, let device = table.takeDue(by: due) {
            _ = table.advance(device, to: due, now: due, way, settings)
            if let request = table.takeChanges().requests.last(where: { $0.device == name }) { return request }
        }
        return nil
    }

    /// What was proven holds, whichever name it was proven under; else what the remaining one says.
    @Test func ofADeviceThatWasTwoTheProvenWishCounts() throws {
        let (v3, v2c) = (VersionWish(.v3, isProven: true), VersionWish(.v2c, isProven: false))
        for (previous, wish, version) in [
            (v3, v2c, SNMPVersion.v3), (v2c, v3, .v3), (v3, VersionWish(.v2c, isProven: true), .v2c),
            (VersionWish(.v1, isProven: false), v2c, .v2c),
        ] {
            var table = SyncTable()
            _ = table.heard(
                .keepAlive, of: "engine:1", trapOID: .enterprises, variables: [], alarm: nil,
                at: Timestamp(seconds: 1_000), SyncSettings(profile: .audiocodes, poll: nil))
            table.note(previous, of: "engine:1")
            _ = table.heard(
                .keepAlive, of: "device", trapOID: .enterprises, variables: [], alarm: nil,
                at: Timestamp(seconds: 1_000), SyncSettings(profile: .audiocodes, poll: nil))
            table.note(wish, of: "device")
            table.rename("engine:1", to: "device")
            #expect(asked([], by: &table) == version)
        }
    }

    /// Newcomers, who can be made up, push out whoever proved nothing, and where there is none of these they are not
    /// asked.
    @Test(arguments: [true, false]) func whoHasProvenItIsNotPushedOut(isProven: Bool) {
        let settings = SyncSettings(profile: .audiocodes, poll: nil)
        var table = SyncTable(capacity: 2)
        func hear(_ name: String, at seconds: Int64) {
            _ = table.heard(
                .keepAlive, of: name, trapOID: .enterprises, variables: [], alarm: nil,
                at: Timestamp(seconds: seconds), settings)
        }
        hear("device", at: 1)
        table.note(VersionWish(.v3, isProven: isProven), of: "device")
        for number in 0..<5 { hear("192.0.2.\(number)", at: 2 + Int64(number)) }
        #expect(table.devices == (isProven ? ["192.0.2.4", "device"] : ["192.0.2.3", "192.0.2.4"]))
        table.forget("192.0.2.4")
        table.forget("192.0.2.3")
        // As whoever claims to be the device says.
        #expect(asked([VersionWish(.v2c, isProven: false)], by: &table) == (isProven ? .v3 : .v2c))
        hear("serial:2", at: 2_000)
        table.note(VersionWish(.v3, isProven: true), of: "serial:2")
        hear("192.0.2.9", at: 2_001)
        #expect(table.devices.contains("192.0.2.9") == !isProven)
    }

    /// Its place in the inventory was another's for a time, or its network was not managed.
    @Test(arguments: [true, false]) func whoCannotBeAskedKeepsWhatItHasProven(isProven: Bool) throws {
        var table = SyncTable()
        #expect(asked([VersionWish(.v3, isProven: isProven)], by: &table) == .v3)
        table.giveUp("device")
        let changes = table.takeChanges()
        #expect(changes.settled.count == 1 && table.busy == 0 && table.nextDue == nil)
        let state = try #require(changes.states.first).state
        #expect((state != nil) == isProven)
        // And over a restart of the server.
        if let state { table = SyncTable([("device", state)], lastNumber: table.lastNumber) }
        #expect(asked([VersionWish(.v2c, isProven: false)], by: &table) == (isProven ? .v3 : .v2c))
        table.forget("device")
        #expect(asked([VersionWish(.v2c, isProven: false)], by: &table) == .v2c)
    }

    @Test func itIsKeptWithTheDevice() throws {
        var table = SyncTable()
        _ = table.heard(
            .keepAlive, of: "device", trapOID: .enterprises, variables: [], alarm: nil, at: Timestamp(seconds: 1_000),
            SyncSettings(profile: .audiocodes, poll: nil))
        _ = table.takeChanges()
        table.note(VersionWish(.v3, isProven: true), of: "device")
        let changes = table.takeChanges().states
        let state = try #require(changes.first?.state)
        // Said again it is nothing new.
        table.note(VersionWish(.v3, isProven: true), of: "device")
        #expect(table.takeChanges().states.isEmpty)
        var later = SyncTable([("device", state)])
        #expect(asked([VersionWish(.v2c, isProven: false)], by: &later) == .v3)
    }
}
