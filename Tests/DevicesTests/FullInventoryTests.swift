import Alarms
import Basics
import Testing

@testable import Devices

@Suite struct FullInventoryTests {
    /// Six have room; three of them are vouched for.
    private func full() throws -> Scene {
        let named = try #require(Network("10.0.0.3"))
        var scene = Scene(DevicePolicy(rules: [.init(network: named, isExpected: true)]), capacity: 6)
        scene.run(4, [("1", "10.0.0.1")])
        scene.send(from: "10.0.0.2")
        _ = scene.inventory.give(.init(name: "edge"), to: "10.0.0.2")
        for address in ["10.9.0.1", "10.9.0.2", "10.9.0.3"] {
            scene.send(from: address)
            scene.wait(1)
        }
        _ = scene.takeNews()
        return scene
    }

    @Test func aFloodDoesNotKeepADeviceThatComesLaterFromBeingWatched() throws {
        var scene = try full()
        for number in 0..<1_000 {
            scene.send(from: "172.16.\(number / 250).\(number % 250)")
            if number % 100 == 0 { scene.keepAlive("1", from: "10.0.0.1") }
        }
        #expect(scene.inventory.count == 6)
        #expect(scene.inventory.unlisted == 0)
        for id in ["serial:1", "10.0.0.2", "10.0.0.3"] { #expect(scene.inventory.device(id) != nil, "\(id)") }
        for number in 0..<3 {
            scene.keepAlive("7", from: "10.0.0.7")
            scene.keepAlive("1", from: "10.0.0.1")
            scene.wait(20)
            // They come on, but not faster than the device.
            scene.send(from: "172.17.0.\(number)")
        }
        scene.wait(80)
        #expect(Set(scene.takeWords()).isSuperset(of: ["lost serial:7", "lost serial:1"]))
    }

    @Test func whoWasNotHeardForLongestMakesRoom() throws {
        var scene = try full()
        scene.send(from: "10.9.0.1")
        scene.send(from: "10.9.0.4")
        #expect(scene.inventory.device("10.9.0.2") == nil)
        #expect(scene.inventory.device("10.9.0.1") != nil)
        #expect(scene.inventory.replaced == 1)
        let removals = scene.inventory.takeChanges().removals
        #expect(removals == ["10.9.0.2"])
        // Heard again, it is the same.
        #expect(scene.send(from: "10.9.0.2").id == "10.9.0.2")
        #expect(scene.inventory.device("10.9.0.3") == nil)
    }

    @Test func anOperatorsWordIsTakenBackToo() throws {
        var scene = try full()
        // The order is known from here on.
        scene.send(from: "10.9.0.4")
        _ = scene.inventory.give(.init(), to: "10.0.0.2")
        scene.send(from: "10.9.0.5")
        #expect(scene.inventory.device("10.0.0.2") == nil)
        #expect(scene.inventory.device("10.9.0.2") != nil)
    }

    @Test func theAlarmOfWhoMakesRoomEnds() {
        var scene = Scene(DevicePolicy(), capacity: 1)
        scene.keepAlive("1", from: "10.0.0.1")
        scene.wait(1_000)
        #expect(scene.takeWords() == ["lost serial:1"])
        scene.send(from: "10.0.0.2")
        #expect(scene.takeWords() == ["restored serial:1"])
        #expect(scene.inventory.all.map(\.id) == ["10.0.0.2"])
        #expect(scene.inventory.count(of: .lost) == 0)
    }

    @Test func whereEverybodyIsVouchedForNobodyMakesRoom() {
        var scene = Scene(DevicePolicy(), capacity: 2)
        scene.run(4, [("1", "10.0.0.1"), ("2", "10.0.0.2")])
        #expect(scene.keepAlive("3", from: "10.0.0.3").id == "10.0.0.3")
        #expect(scene.inventory.unlisted == 1)
        #expect(scene.inventory.count == 2)
    }
}
