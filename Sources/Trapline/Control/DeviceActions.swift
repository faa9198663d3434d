import Alarms
import Basics
import Devices
import Pipeline
import SNMPSecurity
import Store

/// What operators do to devices.
extension OperatorActions {
    /// A name or a group's is a word, in octets.
    private static let longestWord = 255

    func perform(onDevice request: ControlRequest, _ name: String) throws -> ControlResponse {
        guard let order = request.device else { return .failed("say which device") }
        if request.action == .resyncDevice, order.device.isEmpty {
            return try carryOut([.resyncDevice(nil)], by: name) { "every device is asked for its alarms" }
        }
        if request.action == .trustClock { return try trustClock(of: order.device, name) }
        let devices = try store.devices()
        let device = try DeviceSearch.find(order.device, among: devices)
        for word in [order.name, order.group, order.tenant, order.region, order.site].compactMap(\.self)
        where word.utf8.count > Self.longestWord || word.contains(where: \.isNewline) {
            return .failed("\(word.prefix(20))…: expected one line of at most \(Self.longestWord) octets")
        }
        switch request.action {
        case .nameDevice:
            let word = order.name ?? ""
            return try carryOut([.nameDevice(device.id, name: word)], by: name) {
                word.isEmpty
                    ? "\(device.id) has its own name again"
                    : "\(device.id) is called \(word)" + namesakes(word, of: device, among: devices)
            }
        case .placeDevice:
            let placement = DevicePlacement(
                group: order.group, tenant: order.tenant, region: order.region, site: order.site)
            guard !placement.isEmpty else { return .failed("say where: a group, a tenant, a region or a site") }
            return try carryOut([.placeDevice(device.id, placement)], by: name) { "\(device.name) is put there" }
        case .maintainDevice:
            return try maintain(device, order, request, name)
        case .resyncDevice:
            return try carryOut([.resyncDevice(device.id)], by: name) { "\(device.name) is asked for its alarms" }
        default:
            // A clock is kept as long as its device.
            let engines = try engines(of: device)
            return try carryOut([.forgetDevice(device.id, engines: engines.map(\.description))], by: name) {
                for engine in engines { forgetClock?(engine) }
                return "\(device.name) is forgotten"
            }
        }
    }

    /// - Parameter text: a device; or an engine ID, where the device is known by something better, or not any more.
    private func trustClock(of text: String, _ name: String) throws -> ControlResponse {
        let devices = try known()
        let device: Device
        do throws(ServerError) {
            device = try DeviceSearch.find(text, among: devices)
        } catch {
            let digits = text.hasPrefix(Self.enginePrefix) ? text.dropFirst(Self.enginePrefix.count) : text[...]
            guard let engine = EngineID(hexadecimal: digits) else { throw error }
            guard let device = try owner(of: engine, devices) else {
                return .failed("nothing is known of an engine \(engine)")
            }
            return try trust([engine], of: device, called: "engine \(engine)", name)
        }
        let engines = try engines(of: device)
        guard !engines.isEmpty else {
            return .failed("\(device.name) has not sent any SNMPv3 trap with authentication")
        }
        return try trust(engines, of: device.id, called: device.name, name)
    }

    private func trust(
        _ engines: [EngineID], of device: String, called: String, _ name: String
    ) throws -> ControlResponse {
        let isRefused = try !Set(refusedEngines()).isDisjoint(with: engines)
        return try carryOut(engines.map { .trustClock(device, engine: $0.description) }, by: name) {
            for engine in engines { forgetClock?(engine) }
            return "the clock of \(called) is trusted as it is"
                + (isRefused ? "" : "; no alarm of it stood: its next message is taken for its first")
        }
    }

    /// Those whose alarm stands.
    private func refusedEngines() throws -> [EngineID] {
        var engines: [EngineID] = []
        try store.forEachActiveAlarm { alarm in
            if let engine = OwnFacts.engineWhoseBootsWentBack(of: alarm.key) { engines.append(engine) }
        }
        return engines
    }

    /// What the identity of a device begins with that its engine ID tells from others.
    private static let enginePrefix = "engine:"

    private func known() throws(ServerError) -> [Device] {
        do { return try store.devices() } catch { throw ServerError("\(error)") }
    }

    /// Whose the engine is, or was as its alarm was raised.
    private func owner(of engine: EngineID, _ devices: [Device]) throws -> String? {
        if let device = try store.device(ofEngine: engine) { return device }
        if let device = devices.first(where: { $0.engineID == engine.description }) { return device.id }
        var owner: String?
        try store.forEachActiveAlarm { alarm in
            if OwnFacts.engineWhoseBootsWentBack(of: alarm.key) == engine { owner = alarm.key.device }
        }
        return owner
    }

    /// Those whose messages were taken for the device's: a pair of units has two.
    private func engines(of device: Device) throws(ServerError) -> [EngineID] {
        do {
            var engines = try store.engineClocks(of: device.id).map(\.engine)
            if let told = device.engineID.flatMap({ EngineID(hexadecimal: $0) }), !engines.contains(told) {
                engines.append(told)
            }
            return engines
        } catch {
            throw ServerError("\(error)")
        }
    }

    /// A name that several have names none of them.
    private func namesakes(_ name: String, of device: Device, among devices: [Device]) -> String {
        let others = devices.filter { $0.name == name && $0.id != device.id }
        guard let first = others.first else { return "" }
        let more = others.count > 1 ? " and \(others.count - 1) more" : ""
        return "; warning: so \(others.count > 1 ? "are" : "is") \(first.id)\(more), and commands need their ids"
    }

    private func maintain(
        _ device: Device, _ order: DeviceOrder, _ request: ControlRequest, _ name: String
    ) throws -> ControlResponse {
        guard order.begins ?? true else {
            guard try store.maintenances().contains(where: { $0.device == device.id }) else {
                return .failed("\(device.name) is not in maintenance")
            }
            return try carryOut([.endMaintenance(device.id, note: try words(request))], by: name) {
                "the maintenance of \(device.name) has ended"
            }
        }
        let until = try order.until.map { try moment($0) }
        if let until, until <= .now { return .failed("its end, \(until.toTheSecond), is past") }
        let before = try store.maintenances().first { $0.device == device.id }
        return try carryOut([.beginMaintenance(device.id, until: until, reason: try words(request))], by: name) {
            "\(device.name) is in maintenance " + Self.end(until)
                + (before.map { "; that takes the place of \(Self.words($0))" } ?? "")
        }
    }

    private static func end(_ until: Timestamp?) -> String {
        until.map { "until \($0.toTheSecond)" } ?? "until that is ended"
    }

    private static func words(_ maintenance: Maintenance) -> String {
        let reason = maintenance.reason.isEmpty ? "" : " (\(maintenance.reason))"
        return "the one that \(maintenance.by) began at \(maintenance.since.toTheSecond), \(end(maintenance.until))"
            + reason
    }
}
