import Alarms
import Basics
import Testing

@testable import Devices

@Suite struct BindingDisputeTests {
    private let home = "192.0.2.7"
    private let away = "198.51.100.9"
    private let id = "serial:5123456"

    @Test func anIdentityLiveAtTwoAddressesStaysWhereItWas() {
        var scene = Scene()
        for _ in 0..<6 {
            #expect(scene.keepAlive("5123456", from: home).id == id)
            scene.wait(10)
            #expect(scene.keepAlive("5123456", from: away).id == away)
            scene.wait(17)
        }
        // Told once, however often it is claimed.
        #expect(scene.takeWords() == ["disputed address serial:5123456 by 198.51.100.9"])
        #expect(scene.inventory.device(id)?.address.description == home)
        let claim = scene.inventory.bindingsToVerify.first
        #expect(claim?.key == id)
        #expect(claim?.address.description == away)
        #expect(claim?.port == 161)
        #expect(claim?.reached.port == 1_161)
        #expect(claim?.count == 6)
    }

    @Test func whatAnImpostorSendsDoesNotKeepTheDeviceAlive() {
        var scene = Scene(DevicePolicy(rebinding: .verified))
        scene.run(3, [(serial: "5123456", address: home)])
        for _ in 0..<4 {
            scene.keepAlive("5123456", from: away)
            scene.wait(27)
        }
        #expect(scene.takeWords() == ["disputed address serial:5123456 by 198.51.100.9", "lost serial:5123456"])
    }

    @Test func aDeviceThatFellSilentIsBelievedAtItsNewAddress() {
        var scene = Scene()
        scene.run(3, [(serial: "5123456", address: home)])
        // The old address is quiet from now on.
        #expect(scene.keepAlive("5123456", from: away).id == away)
        #expect(scene.takeWords() == ["disputed address serial:5123456 by 198.51.100.9"])
        scene.wait(27)
        #expect(scene.keepAlive("5123456", from: away).id == id)
        #expect(
            scene.takeWords() == [
                "moved serial:5123456 from 192.0.2.7 to 198.51.100.9", "198.51.100.9 is serial:5123456",
            ])
        #expect(scene.inventory.count == 1)
        #expect(scene.inventory.device(id)?.port == 161)
        #expect(scene.inventory.bindingsToVerify.isEmpty)
        #expect(scene.send(from: away).id == id)
        scene.run(8, [(serial: "5123456", address: away)])
        // It was never lost.
        #expect(scene.takeWords() == [])
    }

    @Test func whereItMustBeProvenItIsBelievedOnceItIs() {
        var scene = Scene(DevicePolicy(rebinding: .verified))
        scene.run(3, [(serial: "5123456", address: home)])
        for _ in 0..<10 {
            #expect(scene.keepAlive("5123456", from: away).id == away)
            scene.wait(27)
        }
        let before = scene.takeWords()
        #expect(before.contains("lost serial:5123456"))
        let news = scene.inventory.settle(id, isProven: true, at: Timestamp(seconds: scene.now))
        #expect(
            news.map(Scene.words) == [
                "moved serial:5123456 from 192.0.2.7 to 198.51.100.9", "198.51.100.9 is serial:5123456",
            ])
        scene.keepAlive("5123456", from: away)
        #expect(scene.takeWords() == ["restored serial:5123456"])
        #expect(scene.inventory.count == 1)
    }

    @Test func whereItMustBeProvenAnOperatorCanForgetItWhereItWas() {
        var scene = Scene(DevicePolicy(rebinding: .verified))
        scene.keepAlive("5123456", from: home)
        #expect(scene.keepAlive("5123456", from: away).id == away)
        #expect(scene.inventory.forget(id)?.device.address.description == home)
        #expect(scene.inventory.disputeCount == 0)
        #expect(scene.keepAlive("5123456", from: away).id == id)
        #expect(scene.inventory.device(id)?.address.description == away)
    }

    @Test func aRefutedClaimIsForgottenAndToldAnew() {
        var scene = Scene(DevicePolicy(rebinding: .verified))
        scene.keepAlive("5123456", from: home)
        scene.keepAlive("5123456", from: away)
        #expect(scene.inventory.settle(id, isProven: false, at: Timestamp(seconds: scene.now)).isEmpty)
        #expect(scene.inventory.bindingsToVerify.isEmpty)
        #expect(scene.inventory.device(id)?.address.description == home)
        #expect(scene.inventory.settle(id, isProven: true, at: Timestamp(seconds: scene.now)).isEmpty)
        #expect(scene.inventory.device(id)?.address.description == home)
    }

    @Test func whatUSMProvesIsBelievedAtOnce() {
        var scene = Scene(DevicePolicy(rebinding: .verified))
        scene.keepAlive("5123456", from: home)
        #expect(scene.keepAlive("5123456", from: away, isAuthenticated: true).id == id)
        #expect(scene.takeWords() == ["moved serial:5123456 from 192.0.2.7 to 198.51.100.9"])
    }

    @Test func aNewSerialNumberAtAKnownAddressIsANewDevice() {
        var scene = Scene()
        scene.run(3, [(serial: "5123456", address: home)])
        #expect(scene.keepAlive("7000000", from: home).id == "serial:7000000")
        #expect(scene.inventory.count == 2)
        scene.run(5, [(serial: "7000000", address: home)])
        #expect(scene.takeWords() == ["lost serial:5123456"])
    }

    @Test func whereItMustBeProvenANewSerialNumberAtAKnownAddressIsDisputed() {
        var scene = Scene(DevicePolicy(rebinding: .verified))
        scene.keepAlive("5123456", from: home)
        #expect(scene.keepAlive("7000000", from: home).id == home)
        #expect(scene.takeWords() == ["disputed serial serial:5123456 by 192.0.2.7"])
        _ = scene.inventory.settle("serial:7000000", isProven: true, at: Timestamp(seconds: scene.now))
        #expect(scene.keepAlive("7000000", from: home).id == "serial:7000000")
    }

    @Test func twoWhoClaimTheSameAreToldOnceAndNeitherIsBelieved() {
        var scene = Scene()
        scene.run(3, [(serial: "5123456", address: home)])
        for _ in 0..<5 {
            scene.keepAlive("5123456", from: away)
            scene.wait(9)
            scene.keepAlive("5123456", from: "203.0.113.1")
            scene.wait(9)
        }
        #expect(scene.inventory.device(id)?.address.description == home)
        let words = scene.takeWords()
        #expect(words.filter { $0.hasPrefix("disputed") }.count == 1)
    }

    @Test func claimsOutliveARestart() {
        var scene = Scene()
        scene.run(3, [(serial: "5123456", address: home)])
        scene.keepAlive("5123456", from: away)
        var again = Scene(DevicePolicy(), scene.saved(), at: scene.now)
        again.wait(27)
        #expect(again.keepAlive("5123456", from: away).id == id)
    }

    @Test func aClaimIsSavedByItself() {
        var scene = Scene()
        for serial in ["1", "2", "3"] {
            scene.keepAlive(serial, from: home)
            scene.keepAlive(serial, from: away)
        }
        var changes = scene.inventory.takeChanges()
        #expect(changes.claims.map(\.key) == ["serial:1", "serial:2", "serial:3"])
        scene.keepAlive("2", from: away)
        scene.wait(1)
        changes = scene.inventory.takeChanges()
        #expect(changes.claims.map(\.key) == ["serial:2"])
        #expect(changes.claimRemovals.isEmpty)
        scene.add(scene.inventory.settle("serial:3", isProven: false, at: Timestamp(seconds: scene.now)))
        changes = scene.inventory.takeChanges()
        #expect(changes.claims.isEmpty)
        #expect(changes.claimRemovals == ["serial:3"])
        let isNothingLeft = scene.inventory.takeChanges().isEmpty
        #expect(isNothingLeft)
    }

    @Test func whatWasClaimedLongestAgoMakesRoom() {
        var table = ClaimTable<String>()
        func claim(_ number: Int, at last: Int64) -> BindingClaim {
            BindingClaim(
                key: "serial:\(number)", kind: .address, device: "serial:\(number % 2)", address: IPAddress(v4: 1),
                port: nil, reached: Endpoint(IPAddress(v4: 2), port: 162), first: last, last: last, count: 1)
        }
        for number in 0..<ClaimTable<String>.limit {
            let isRoom = table.makeRoom(at: Int64(number))
            #expect(isRoom)
            table["serial:\(number)"] = claim(number, at: Int64(number))
        }
        // The first was told again, so that the second is the oldest.
        table["serial:0"]?.last = 10_000
        let end = ClaimTable<String>.age
        for (now, hasRoom) in [(end + 1, false), (end + 2, true), (end + 2, true)] {
            let isRoom = table.makeRoom(at: now)
            #expect(isRoom == hasRoom, "\(now)")
        }
        #expect(table.count == ClaimTable<String>.limit - 1)
        #expect(table["serial:1"] == nil)
        #expect(table.keys(of: "serial:1").count == ClaimTable<String>.limit / 2 - 1)
        let changes = table.takeChanges()
        #expect(changes.removals == ["serial:1"])
        #expect(changes.claims.count == ClaimTable<String>.limit - 1)
    }

    // MARK: - HA pairs

    @Test func aPairIsOneDeviceWithTwoUnits() {
        var scene = Scene()
        #expect(scene.keepAlive("1111111", from: home, peer: "2222222").id == "serial:1111111")
        scene.wait(27)
        // The peer is remembered when it is absent.
        scene.keepAlive("1111111", from: home)
        #expect(scene.inventory.device("serial:1111111")?.peerSerial == "2222222")
        scene.wait(27)
        // The standby takes over, at the pair's address.
        #expect(scene.keepAlive("2222222", from: home).id == "serial:1111111")
        #expect(scene.takeWords() == ["switched serial:1111111 from 1111111 to 2222222"])
        let device = scene.inventory.device("serial:1111111")
        #expect(device?.serial == "2222222")
        #expect(device?.peerSerial == "1111111")
        #expect(scene.inventory.count == 1)
        scene.wait(27)
        scene.keepAlive("2222222", from: home, peer: "1111111")
        #expect(scene.takeWords() == [])
    }

    @Test func aStandbyThatTakesOverElsewhereIsTheSameDeviceOnceTheOtherIsSilent() {
        var scene = Scene()
        for _ in 0..<3 {
            scene.keepAlive("1111111", from: home, peer: "2222222")
            scene.wait(27)
        }
        scene.keepAlive("2222222", from: away, peer: "1111111")
        scene.wait(27)
        #expect(scene.keepAlive("2222222", from: away, peer: "1111111").id == "serial:1111111")
        #expect(
            scene.takeWords() == [
                "disputed address serial:1111111 by 198.51.100.9",
                "moved serial:1111111 from 192.0.2.7 to 198.51.100.9", "198.51.100.9 is serial:1111111",
                "switched serial:1111111 from 1111111 to 2222222",
            ])
    }

    @Test func aPeerThatIsAnotherLiveDeviceIsDisputed() {
        var scene = Scene()
        for _ in 0..<5 {
            scene.keepAlive("2222222", from: away)
            scene.keepAlive("1111111", from: home, peer: "2222222")
            scene.wait(27)
        }
        #expect(scene.takeWords() == ["disputed peer serial:1111111 by 192.0.2.7"])
        #expect(scene.inventory.count == 2)
        #expect(scene.inventory.bindingsToVerify.map(\.peerSerial) == ["2222222"])
    }

    @Test func twoThatNameEachOtherFromOneAddressArePaired() {
        var scene = Scene()
        scene.keepAlive("1111111", from: home)
        scene.keepAlive("2222222", from: home)
        scene.keepAlive("1111111", from: home, peer: "2222222")
        scene.keepAlive("2222222", from: home, peer: "1111111")
        #expect(scene.inventory.count == 1)
        let words = scene.takeWords()
        #expect(words.last == "serial:1111111 is serial:2222222", "\(words)")
        #expect(scene.inventory.device(serial: "1111111")?.id == "serial:2222222")
    }

    @Test func twoThatNameEachOtherFromTwoAddressesArePairedOnceItIsProven() {
        var scene = Scene()
        scene.keepAlive("1111111", from: home)
        scene.keepAlive("2222222", from: away)
        for _ in 0..<4 {
            scene.keepAlive("1111111", from: home, peer: "2222222")
            scene.keepAlive("2222222", from: away, peer: "1111111")
            scene.wait(27)
        }
        #expect(scene.inventory.count == 2)
        let time = Timestamp(seconds: scene.now)
        scene.add(scene.inventory.settle("peer:1111111", isProven: true, at: time))
        #expect(scene.inventory.count == 1)
        #expect(
            scene.takeWords() == [
                "disputed peer serial:1111111 by 192.0.2.7", "disputed peer serial:2222222 by 198.51.100.9",
                "serial:2222222 is serial:1111111",
            ])
    }

    @Test func aStrangerWhoNamesASilentDeviceHidesNoLoss() {
        var scene = Scene()
        scene.run(4, [(serial: "5123456", address: home)])
        // It is silent from now on, and somebody else calls it his other unit.
        for _ in 0..<10 {
            scene.keepAlive("6666666", from: away, peer: "5123456")
            scene.wait(27)
        }
        #expect(scene.takeWords() == ["disputed peer serial:6666666 by 198.51.100.9", "lost serial:5123456"])
        #expect(scene.inventory.device(id)?.state == .lost)
        // Nor does he pass for it by its serial number alone.
        for _ in 0..<4 {
            #expect(scene.keepAlive("5123456", from: away).id == "serial:6666666")
            scene.wait(27)
        }
        #expect(scene.takeWords() == [])
        #expect(scene.keepAlive("5123456", from: home).id == id)
        #expect(scene.takeWords() == ["restored serial:5123456"])
    }

    @Test func aSerialNumberThatWasOnlyToldIsItsOwnersWhenHeComes() {
        var scene = Scene()
        for _ in 0..<3 {
            scene.keepAlive("6666666", from: away, peer: "5123456")
            scene.wait(27)
        }
        #expect(scene.inventory.device("serial:6666666")?.peerSerial == "5123456")
        // The device is installed, while the other goes on naming it.
        for _ in 0..<4 {
            #expect(scene.keepAlive("5123456", from: home).id == id)
            scene.keepAlive("6666666", from: away, peer: "5123456")
            scene.wait(27)
        }
        #expect(scene.takeWords() == ["disputed peer serial:6666666 by 198.51.100.9"])
        #expect(scene.inventory.device(id)?.address.description == home)
        for _ in 0..<5 {
            scene.keepAlive("6666666", from: away, peer: "5123456")
            scene.wait(27)
        }
        #expect(scene.takeWords() == ["lost serial:5123456"])
    }

    @Test func aPairIsHeardThoughSomebodyElseHasItsOtherUnitsSerialNumber() {
        var scene = Scene()
        for _ in 0..<3 {
            scene.keepAlive("1111111", from: home, peer: "2222222")
            scene.wait(27)
        }
        for _ in 0..<3 {
            #expect(scene.keepAlive("2222222", from: away).id == "serial:2222222")
            // It switched over.
            #expect(scene.keepAlive("2222222", from: home).id == "serial:1111111")
            scene.wait(27)
        }
        #expect(scene.takeWords() == ["disputed peer serial:1111111 by 192.0.2.7"])
        // He is forgotten, and the pair is one again.
        #expect(scene.inventory.forget("serial:2222222")?.news == [])
        #expect(scene.keepAlive("2222222", from: home).id == "serial:1111111")
        #expect(scene.takeWords() == ["switched serial:1111111 from 1111111 to 2222222"])
        #expect(scene.inventory.disputeCount == 0)
    }

    @Test func twoWhoNameTheSameOtherUnitLeaveItToItsAddress() {
        var scene = Scene()
        scene.keepAlive("6666666", from: away, peer: "2222222")
        scene.keepAlive("1111111", from: home, peer: "2222222")
        #expect(scene.keepAlive("2222222", from: home).id == "serial:1111111")
        #expect(
            scene.takeWords() == [
                "disputed peer serial:1111111 by 192.0.2.7", "disputed peer serial:6666666 by 198.51.100.9",
                "switched serial:1111111 from 1111111 to 2222222",
            ])
        #expect(scene.inventory.count == 2)
    }

    @Test func aReplacedStandbyIsBelievedAfterSomeKeepAlives() {
        var scene = Scene()
        scene.keepAlive("1111111", from: home, peer: "2222222")
        for _ in 0..<2 {
            scene.wait(27)
            scene.keepAlive("1111111", from: home, peer: "3333333")
        }
        #expect(scene.inventory.device(serial: "1111111")?.peerSerial == "2222222")
        scene.wait(27)
        scene.keepAlive("1111111", from: home, peer: "3333333")
        #expect(scene.inventory.device(serial: "1111111")?.peerSerial == "3333333")
        #expect(scene.inventory.device(serial: "2222222") == nil)
        #expect(scene.takeWords() == ["disputed peer serial:1111111 by 192.0.2.7"])
    }

    @Test func aPairIsNamedForNoUnitThatLeftIt() {
        var scene = Scene()
        scene.keepAlive("1111111", from: home, peer: "2222222")
        scene.wait(27)
        scene.keepAlive("2222222", from: home, peer: "1111111")
        _ = scene.takeNews()
        // The first unit is replaced, mended, and put to use elsewhere.
        for _ in 0..<3 {
            scene.wait(27)
            scene.keepAlive("2222222", from: home, peer: "3333333")
        }
        #expect(
            scene.takeWords() == [
                "disputed peer serial:1111111 by 192.0.2.7", "serial:1111111 is serial:2222222",
            ])
        #expect(scene.keepAlive("1111111", from: away).id == "serial:1111111")
        #expect(scene.keepAlive("2222222", from: home, peer: "3333333").id == "serial:2222222")
        #expect(scene.inventory.count == 2)
    }

    @Test func theOtherUnitHasAnEngineIDOfItsOwn() {
        var scene = Scene()
        let engines: [[UInt8]] = [[0x80, 0, 0x1f, 0x88, 4, 1], [0x80, 0, 0x1f, 0x88, 4, 2]]
        scene.send(Scene.trap(10), from: home, serial: "1111111", engineID: engines[0])
        scene.keepAlive("1111111", from: home, peer: "2222222")
        // What tells no more than the engine ID comes first.
        scene.send(from: home, engineID: engines[1])
        scene.send(Scene.trap(10), from: home, serial: "2222222", engineID: engines[1])
        #expect(scene.inventory.count == 1)
        #expect(scene.send(from: home, engineID: engines[1]).id == "serial:1111111")
        #expect(scene.inventory.device("serial:1111111")?.engineID == "80001f880402")
    }

    @Test func anOldClaimDoesNotCountWithANewOne() {
        var scene = Scene()
        scene.run(3, [(serial: "5123456", address: home)])
        scene.keepAlive("5123456", from: away)
        for _ in 0..<150 { scene.run(1, [(serial: "5123456", address: home)]) }
        scene.wait(50)
        #expect(scene.keepAlive("5123456", from: away).id == away)
        #expect(scene.inventory.device("serial:5123456")?.address.description == home)
    }
}
