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
    /// One of each of the traps above after the other.
    case mixed

    /// Sent one after the other, each as often as the others.
    func templates() throws -> [LoadTemplate] {
        let alarm = Workload.vendorAlarm
        let cleared = Workload.vendorAlarm(kind: .trapV2, severity: 0)
        let datagrams =
            switch self {
            case .alarm: [alarm]
            case .cycle: [alarm, cleared]
            case .link: [Workload.link(isUp: false), Workload.link(isUp: true)]
            case .v1: [Workload.linkV1(isUp: false), Workload.linkV1(isUp: true)]
            case .inform: [Workload.vendorAlarm(kind: .informRequest, severity: 4)]
            case .mixed:
                [
                    alarm, Workload.link(isUp: false), Workload.linkV1(isUp: true), cleared,
                    Workload.link(isUp: true), Workload.linkV1(isUp: false),
                ]
            }
        return try datagrams.map(LoadTemplate.init)
    }

    var isAcknowledged: Bool { self == .inform }

    var text: String {
        switch self {
        case .alarm: Workload.text
        case .cycle: "\(Workload.text), raised and cleared in turn"
        case .link: "linkDown and linkUp"
        case .v1: "linkDown and linkUp in v1"
        case .inform: "informs of \(Workload.text)"
        case .mixed: "the vendor's alarm, linkDown and linkUp, and these in v1"
        }
    }
}
