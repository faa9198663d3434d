import Basics
import Devices
import Testing

@Suite struct DeviceNamesTests {
    private let home = "192.0.2.7"

    private func words(_ nameless: [DeviceInventory.Nameless]) -> [String] {
        nameless.map { "\($0.id) at \($0.address)" }
    }

    @Test func whoIsNewIsAskedAboutOnce() {
        var scene = Scene(DevicePolicy(names: .dns))
        scene.send(from: home)
        scene.send(from: home)
        scene.send(from: "192.0.2.8")
        #expect(words(scene.inventory.takeNameless(1)) == ["192.0.2.7 at 192.0.2.7"])
        #expect(words(scene.inventory.takeNameless(9)) == ["192.0.2.8 at 192.0.2.8"])
        #expect(scene.inventory.takeNameless(9) == [])
    }

    @Test func nobodyIsAskedAboutByDefault() {
        var scene = Scene()
        scene.send(from: home)
        #expect(scene.inventory.takeNameless(9) == [])
    }

    @Test func aNameThatSomebodyGaveIsNotLookedUp() throws {
        let rule = DevicePolicy.NetworkRule(network: try #require(Network(home)), name: "edge")
        var scene = Scene(DevicePolicy(rules: [rule], names: .dns))
        scene.send(from: home)
        scene.send(from: "192.0.2.8")
        _ = scene.inventory.give(.init(name: "mine"), to: "192.0.2.8")
        #expect(scene.inventory.takeNameless(9) == [])
    }

    @Test func whoeverIsKnownByAnotherIdentityOrAddressIsAskedAboutAgain() {
        var scene = Scene(DevicePolicy(names: .dns))
        scene.send(from: home)
        #expect(scene.inventory.takeNameless(9).count == 1)
        scene.keepAlive("5", from: home)
        #expect(words(scene.inventory.takeNameless(9)) == ["serial:5 at 192.0.2.7"])
        _ = scene.inventory.learn("serial:5", foundName: "seven.example")
        scene.keepAlive("5", from: "192.0.2.9", isAuthenticated: true)
        let moved = scene.inventory.takeNameless(9)
        #expect(words(moved) == ["serial:5 at 192.0.2.9"])
        #expect(moved.first?.foundName == "seven.example")
    }

    @Test func afterAStartWhoHasNoNameIsAskedAbout() {
        var scene = Scene(DevicePolicy(names: .dns))
        scene.send(from: home)
        scene.send(from: "192.0.2.8")
        _ = scene.inventory.learn(home, foundName: "seven.example")
        var again = Scene(DevicePolicy(names: .dns), scene.saved(), at: scene.now)
        #expect(words(again.inventory.takeNameless(9)) == ["192.0.2.8 at 192.0.2.8"])
    }

    @Test func aConfigurationThatWantsNamesGetsThemOfAll() {
        var scene = Scene()
        scene.send(from: home)
        _ = scene.inventory.take(DevicePolicy(names: .dns))
        #expect(scene.inventory.takeNameless(9).count == 1)
        _ = scene.inventory.take(DevicePolicy(names: .dns))
        #expect(scene.inventory.takeNameless(9) == [])
        scene.send(from: "192.0.2.8")
        _ = scene.inventory.take(DevicePolicy())
        #expect(scene.inventory.takeNameless(9) == [])
    }
}
