import Alarms
import Basics
import Devices
import Testing

/// Random traffic of a small world, so that everybody meets everybody: NATs, pairs, impostors, sites, operators, stops.
@Suite struct SameRecordsSameNewsTests {
    @Test(arguments: 0..<16)
    func aRestartAtAnyMomentChangesNothing(_ seed: UInt64) throws {
        let step = Int(seed % 5) + 1
        var random = SeededGenerator(seed: seed)
        // Some find their inventory full.
        let capacity = seed % 3 == 2 ? 4 : DeviceInventory.capacity
        var straight = Scene(RandomTraffic.policies[0], capacity: capacity)
        var restarted = Scene(RandomTraffic.policies[0], capacity: capacity)
        var rows = SavedRows()
        var kinds: Set<String> = []
        for number in 0..<600 {
            let action = RandomTraffic.action(&random)
            RandomTraffic.apply(action, to: &straight)
            RandomTraffic.apply(action, to: &restarted)
            let news = straight.takeNews()
            kinds.formUnion(news.map { String(Scene.words($0).prefix(6)) })
            let told = restarted.takeNews()
            try #require(told == news, "seed \(seed), step \(number): \(action)")
            if number % step == 0 {
                let wrong = straight.inventory.contradictions()
                try #require(wrong.isEmpty, "seed \(seed), step \(number): \(action)")
                rows.write(restarted.inventory.takeChanges(), at: Timestamp(seconds: restarted.now))
                restarted = Scene(restarted.inventory.policy, rows.read(), at: restarted.now, capacity: capacity)
                let differing = difference(straight.inventory, restarted.inventory)
                try #require(differing.isEmpty, "seed \(seed), step \(number): \(action)")
            }
        }
        // It is no still life.
        #expect(kinds.count >= 5, "\(kinds)")
    }

    /// In all that can be seen of it but the numbers of rows.
    private func difference(_ left: DeviceInventory, _ right: DeviceInventory) -> [String] {
        var differing: [String] = []
        for (left, right) in zip(left.all, right.all) {
            var right = right
            right.number = left.number
            if left != right { differing += ["\(left)", "\(right)"] }
        }
        if left.count != right.count { differing.append("\(left.count) and \(right.count) devices") }
        if left.bindingsToVerify != right.bindingsToVerify { differing.append("claims") }
        for state in DeviceState.allCases where left.count(of: state) != right.count(of: state) {
            differing.append("\(left.count(of: state)) and \(right.count(of: state)) \(state)")
        }
        return differing
    }
}

enum RandomTraffic {
    enum Action {
        case keepAlive(serial: String?, address: String, port: UInt16, peer: String?, isAuthenticated: Bool)
        case trap(serial: String?, address: String, port: UInt16, engineID: [UInt8]?, relayed: String?)
        case wait(Int64)
        case sleep(Int64)
        case policy(Int)
        case give(Int, Device.Placement)
        case maintenance(Int, Bool)
        case forget(Int)
        case learn(Int)
        case settle(Int, isProven: Bool)
    }

    static let addresses = ["10.1.0.1", "10.1.0.2", "10.1.0.3", "10.2.0.1", "10.2.0.2", "10.3.0.1"]
    static let policies: [DevicePolicy] = [
        policy([("10.1.0.0/16", "north", nil), ("10.2.0.0/16", "south", nil), ("10.1.0.3", "north", true)]),
        policy([("10.1.0.0/16", "north", nil), ("10.2.0.0/16", "north", true), ("10.2.0.1", nil, true)]),
        policy([("10.1.0.0/16", "south", nil), ("10.3.0.0/16", "north", false)], .verified),
    ]

    private static func policy(
        _ networks: [(String, String?, Bool?)], _ rebinding: DevicePolicy.Rebinding = .afterSilence
    ) -> DevicePolicy {
        let rules = networks.compactMap { text, site, isExpected in
            Network(text).map { DevicePolicy.NetworkRule(network: $0, site: site, isExpected: isExpected) }
        }
        return DevicePolicy(rules: rules, relays: Network("10.3.0.1").map { [$0] } ?? [], rebinding: rebinding)
    }

    static func action(_ random: inout SeededGenerator) -> Action {
        let address = addresses.randomElement(using: &random) ?? ""
        let port = UInt16.random(in: 40_000...40_003, using: &random)
        let serial = Bool.random(using: &random) ? "\(Int.random(in: 1...6, using: &random))" : nil
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40:
            let peer = Int.random(in: 0..<5, using: &random) == 0 ? "\(Int.random(in: 1...6, using: &random))" : nil
            let isAuthenticated = Int.random(in: 0..<20, using: &random) == 0
            return .keepAlive(
                serial: serial, address: address, port: port, peer: peer, isAuthenticated: isAuthenticated)
        case 40..<60:
            let engine: [UInt8]? =
                Int.random(in: 0..<4, using: &random) == 0
                ? [0x80, 0, 0, 1, UInt8.random(in: 1...3, using: &random)] : nil
            let relayed = address == "10.3.0.1" ? addresses.randomElement(using: &random) : nil
            return .trap(serial: serial, address: address, port: port, engineID: engine, relayed: relayed)
        case 60..<82: return .wait(Int64.random(in: 1...30, using: &random))
        case 82..<86: return .wait(Int64.random(in: 30...400, using: &random))
        case 86: return .sleep(Int64.random(in: 1...1_000, using: &random))
        case 87: return .policy(Int.random(in: 0..<policies.count, using: &random))
        case 88..<90:
            let site = ["north", "south", nil, nil].randomElement(using: &random) ?? nil
            return .give(Int.random(in: 0..<20, using: &random), .init(name: "named", site: site))
        case 90: return .maintenance(Int.random(in: 0..<20, using: &random), Bool.random(using: &random))
        case 91..<95: return .forget(Int.random(in: 0..<20, using: &random))
        case 95: return .learn(Int.random(in: 0..<20, using: &random))
        default: return .settle(Int.random(in: 0..<3, using: &random), isProven: Bool.random(using: &random))
        }
    }

    static func apply(_ action: Action, to scene: inout Scene) {
        func id(_ number: Int) -> String {
            let all = scene.inventory.all
            return all.isEmpty ? "" : all[number % all.count].id
        }
        switch action {
        case .keepAlive(let serial, let address, let port, let peer, let isAuthenticated):
            scene.keepAlive(serial, from: address, port: port, peer: peer, isAuthenticated: isAuthenticated)
        case .trap(let serial, let address, let port, let engineID, let relayed):
            scene.send(
                Scene.trap(10), from: address, port: port, serial: serial, agent: relayed, engineID: engineID)
        case .wait(let seconds): scene.wait(seconds)
        case .sleep(let seconds): scene.sleep(seconds)
        case .policy(let number): scene.add(scene.inventory.take(policies[number]))
        case .give(let number, let placement):
            _ = scene.inventory.give(placement, to: id(number))
            scene.add(scene.inventory.takeNews())
        case .maintenance(let number, let isOn): _ = scene.inventory.setMaintenance(isOn, of: id(number))
        case .forget(let number): scene.add(scene.inventory.forget(id(number))?.news ?? [])
        case .learn(let number): _ = scene.inventory.learn(id(number), product: "p", foundName: "found")
        case .settle(let number, let isProven):
            let claims = scene.inventory.bindingsToVerify
            guard number < claims.count else { return }
            let time = Timestamp(seconds: scene.now)
            scene.add(scene.inventory.settle(claims[number].key, isProven: isProven, at: time))
        }
    }
}
