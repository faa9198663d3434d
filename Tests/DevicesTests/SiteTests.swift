import Alarms
import Basics
import Devices
import Testing

@Suite struct SiteTests {
    private let members: [(serial: String?, address: String)] = (1...5).map { ("\($0)", "10.1.0.\($0)") }

    private func scene(_ sites: [String: String] = ["10.1.0.0/16": "north"]) throws -> Scene {
        let rules = try sites.map { network, site in
            DevicePolicy.NetworkRule(network: try #require(Network(network)), tenant: "acme", site: site)
        }
        return Scene(DevicePolicy(rules: rules))
    }

    @Test func aSilentSiteIsOneAlarm() throws {
        var scene = try scene()
        scene.run(4, members)
        scene.wait(200)
        let news = scene.takeNews()
        #expect(news.map(Scene.words) == ["site lost site:acme/north 5"])
        #expect(news.first?.device.site == "north")
        #expect(news.first?.device.tenant == "acme")
        // After the third missed one (1169), one more period.
        #expect(news.first?.time == Timestamp(seconds: 1_203))
        #expect(scene.inventory.count(of: .lost) == 5)
        scene.wait(10_000)
        #expect(scene.takeWords() == [])
    }

    @Test func aSiteThatIsBackIsOneClear() throws {
        var scene = try scene()
        scene.run(4, members)
        scene.wait(1_000)
        _ = scene.takeNews()
        for member in members {
            scene.keepAlive(member.serial, from: member.address)
            scene.wait(5)
        }
        #expect(scene.takeWords() == [])
        scene.wait(27)
        #expect(scene.takeWords() == ["site restored site:acme/north 0"])
        #expect(scene.inventory.count(of: .alive) == 5)
    }

    @Test func whoIsStillMissingThenRisesSingly() throws {
        var scene = try scene()
        scene.run(4, members)
        scene.wait(1_000)
        _ = scene.takeNews()
        scene.run(3, Array(members.dropFirst(2)))
        #expect(scene.takeWords() == ["site restored site:acme/north 2", "lost serial:1", "lost serial:2"])
        scene.keepAlive("1", from: "10.1.0.1")
        #expect(scene.takeWords() == ["restored serial:1"])
    }

    @Test func oneDeviceOfALivingSiteIsLostWithoutDelay() throws {
        var scene = try scene()
        scene.run(4, members)
        scene.run(4, Array(members.dropFirst()))
        let news = scene.takeNews()
        #expect(news.map(Scene.words) == ["lost serial:1"])
        #expect(news.first?.time == Timestamp(seconds: 1_169))
    }

    @Test func theSiteTakesThePlaceOfAlarmsThatStand() throws {
        var scene = try scene()
        scene.run(4, members)
        scene.run(6, Array(members.dropFirst()))
        #expect(scene.takeWords() == ["lost serial:1"])
        scene.wait(1_000)
        #expect(scene.takeWords() == ["site lost site:acme/north 5", "covered serial:1"])
    }

    @Test func whoIsHeardInTimeKeepsTheSiteFromBeingCalledSilent() throws {
        var scene = try scene()
        scene.run(4, members)
        scene.wait(until: 1_180)
        #expect(scene.takeWords() == [])
        scene.run(3, Array(members.dropFirst(3)))
        #expect(scene.takeWords() == ["lost serial:1", "lost serial:2", "lost serial:3"])
    }

    @Test func aSiteThatFallsSilentAgainStays() throws {
        var scene = try scene()
        scene.run(4, members)
        scene.wait(1_000)
        _ = scene.takeNews()
        scene.keepAlive("1", from: "10.1.0.1")
        scene.wait(1_000)
        // It answered once: the alarm ended with four missing, and the site fell silent as a whole again.
        let words = scene.takeWords()
        #expect(words.first == "site restored site:acme/north 4")
        #expect(words.suffix(5).first == "site lost site:acme/north 5", "\(words)")
        #expect(words.suffix(4).allSatisfy { $0.hasPrefix("covered") })
    }

    @Test func aDeviceAloneAtItsSiteIsLostAsItself() throws {
        var scene = try scene()
        scene.run(4, [members[0]])
        scene.wait(200)
        #expect(scene.takeWords() == ["lost serial:1"])
    }

    @Test func sitesAreJudgedOneByOne() throws {
        var scene = try scene(["10.1.0.0/16": "north", "10.2.0.0/16": "south"])
        let south: [(serial: String?, address: String)] = (6...8).map { ("\($0)", "10.2.0.\($0)") }
        scene.run(4, members + south)
        scene.run(10, south)
        #expect(scene.takeWords() == ["site lost site:acme/north 5"])
        #expect(scene.inventory.count(of: .alive) == 3)
    }

    @Test func noTwoSitesShareAnAlarm() throws {
        let names: [(tenant: String?, site: String)] = [
            ("a", "b/c"), ("a/b", "c"), (nil, "a/b/c"), ("a", "b%2Fc"), ("a%2Fb", "c"), (nil, "a%2Fb/c"),
        ]
        let rules = try names.enumerated().map { number, name in
            DevicePolicy.NetworkRule(
                network: try #require(Network("10.\(number).0.0/16")), tenant: name.tenant, site: name.site)
        }
        var scene = Scene(DevicePolicy(rules: rules))
        let members = names.indices.flatMap { number in
            (1...2).map { (serial: String?("\(number)\($0)"), address: "10.\(number).0.\($0)") }
        }
        scene.run(4, members)
        scene.wait(200)
        let lost = Set(scene.takeNews().map(\.device.id))
        #expect(lost.count == names.count, "\(lost.sorted())")
        #expect(lost.isSuperset(of: ["site:a/b%2Fc", "site:a%2Fb/c", "site:a%2Fb%2Fc", "site:a/b%252Fc"]))
    }

    @Test func aRestartChangesNothingOfIt() throws {
        var scene = try scene()
        scene.run(4, members)
        scene.wait(until: 1_180)
        var again = Scene(scene.inventory.policy, scene.saved(), at: scene.now)
        again.wait(100)
        #expect(again.takeWords() == ["site lost site:acme/north 5"])
        again.keepAlive("1", from: "10.1.0.1")
        var third = Scene(scene.inventory.policy, again.saved(), at: again.now)
        third.wait(40)
        #expect(
            third.takeWords() == [
                "site restored site:acme/north 4", "lost serial:2", "lost serial:3", "lost serial:4", "lost serial:5",
            ])
    }

    @Test func whoLeavesASilentSiteTakesItsAlarmAlongOnlyWithTheLast() throws {
        var scene = try scene()
        scene.run(4, members)
        scene.wait(1_000)
        _ = scene.takeNews()
        for member in 1...4 {
            #expect(scene.inventory.forget("serial:\(member)")?.news == [])
        }
        #expect(scene.inventory.forget("serial:5")?.news.map(Scene.words) == ["site emptied site:acme/north"])
        #expect(scene.inventory.count == 0)
    }

    @Test func whoIsMovedOutOfASilentSiteIsLostByItself() throws {
        var scene = try scene()
        scene.run(4, members)
        scene.wait(1_000)
        _ = scene.takeNews()
        _ = scene.inventory.give(.init(site: "elsewhere"), to: "serial:1")
        scene.wait(2)
        #expect(scene.takeWords() == ["lost serial:1"])
        scene.keepAlive("1", from: "10.1.0.1")
        #expect(scene.takeWords() == ["restored serial:1"])
    }

    @Test func aSilentSiteThatIsCalledOtherwiseIsOneAlarmAgain() throws {
        var scene = try scene()
        scene.run(4, members)
        scene.wait(1_000)
        _ = scene.takeNews()
        let network = try #require(Network("10.1.0.0/16"))
        let renamed = DevicePolicy(rules: [.init(network: network, tenant: "acme", site: "south")])
        #expect(scene.inventory.take(renamed).map(Scene.words) == ["site emptied site:acme/north"])
        scene.wait(2)
        #expect(scene.takeWords() == ["site lost site:acme/south 5"])
    }

    @Test func aSiteThatIsWatchedNoMoreEndsItsAlarm() throws {
        var scene = try scene()
        scene.run(4, members)
        scene.wait(1_000)
        _ = scene.takeNews()
        let network = try #require(Network("10.1.0.0/16"))
        let unwatched = DevicePolicy(rules: [.init(network: network, tenant: "acme", site: "north", isExpected: false)])
        var again = scene
        #expect(scene.inventory.take(unwatched).map(Scene.words) == ["site emptied site:acme/north"])
        // The same where the configuration changed while the server was stopped.
        again = Scene(unwatched, again.saved(), at: again.now + 1)
        #expect(again.takeWords() == ["site emptied site:acme/north"])
    }

    @Test func aSiteIsAsQuietAsThoseWhoAreStillThere() throws {
        var scene = try scene()
        scene.run(4, members)
        // One more speaks alone until he is forgotten.
        scene.run(2, [("6", "10.1.0.6")])
        _ = scene.inventory.forget("serial:6")
        scene.wait(200)
        #expect(scene.takeWords() == ["site lost site:acme/north 5"])
    }
}
