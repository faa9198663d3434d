import ArgumentParser
import SNMPWire

/// What a load consists of.
enum LoadMix: String, CaseIterable, ExpressibleByArgument {
    /// The vendor's alarm, again and again: one alarm for each sender, which repeats.
    case alarm
    /// The vendor's alarm raised and cleared in turn.
    case cycle
    /// linkDown and linkUp in turn.
    case link
    /// The same in v1.
    case v1
    /// The vendor's alarm as an inform, whose acknowledgement is waited for.
    case inform
    /// The vendor's alarm in v3, authenticated and encrypted; each sender has an engine of its own.
    case v3
    /// The same raised and cleared in turn.
    case v3Cycle = "v3-cycle"
    /// One of each of the traps of v1 and v2c above after the other.
    case mixed

    /// Sent one after the other, each as often as the others.
    func templates() throws -> [LoadTemplate] { try datagrams().map(LoadTemplate.init) }

    /// In v3 those that are sealed.
    func datagrams() -> [[UInt8]] {
        let alarm = Workload.vendorAlarm
        let cleared = Workload.vendorAlarm(kind: .trapV2, severity: 0)
        return switch self {
        case .alarm, .v3: [alarm]
        case .cycle, .v3Cycle: [alarm, cleared]
        case .link: [Workload.link(isUp: false), Workload.link(isUp: true)]
        case .v1: [Workload.linkV1(isUp: false), Workload.linkV1(isUp: true)]
        case .inform: [Workload.vendorAlarm(kind: .informRequest, severity: 4)]
        case .mixed:
            [
                alarm, Workload.link(isUp: false), Workload.linkV1(isUp: true), cleared,
                Workload.link(isUp: true), Workload.linkV1(isUp: false),
            ]
        }
    }

    var isAcknowledged: Bool { self == .inform }
    var isV3: Bool { self == .v3 || self == .v3Cycle }

    var text: String {
        switch self {
        case .alarm: Workload.text
        case .cycle: "\(Workload.text), raised and cleared in turn"
        case .link: "linkDown and linkUp"
        case .v1: "linkDown and linkUp in v1"
        case .inform: "informs of \(Workload.text)"
        case .v3: "\(Workload.text), \(V3Workload.text)"
        case .v3Cycle: "\(Workload.text), raised and cleared in turn, \(V3Workload.text)"
        case .mixed: "the vendor's alarm, linkDown and linkUp, and these in v1"
        }
    }
}
