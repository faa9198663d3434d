internal import Alarms
internal import Basics
internal import Devices
internal import SNMPWire

/// What operators do, in words for the texts of rules. The facts tell who and what by numbers and identities; the names
/// that an operator knows them by are the pipeline's to give.
extension EventPipeline {
    /// The fact of an operator's action with its words; any other as it is.
    func worded(_ received: ReceivedNotification) -> ReceivedNotification {
        guard let action = OwnFacts.action(in: received.notification) else { return received }
        var worded = received
        worded.notification.variables = VariableBindings(Array(received.notification.variables) + [deed(action)])
        return worded
    }

    /// `traplineDeed.0`: what follows the operator's name in a sentence.
    func deed(_ action: OperatorAction) -> VariableBinding {
        let said = action.words.isEmpty ? "" : ": \(action.words)"
        return VariableBinding(name: OwnFacts.deed, value: .octetString(ArraySlice((verb(action) + said).utf8)))
    }

    private func verb(_ action: OperatorAction) -> String {
        func words(_ alarm: AlarmReference) -> String { "alarm \(alarm.number) (\(name(of: alarm)))" }
        return switch action {
        case .acknowledge(let alarm, _): "has acknowledged \(words(alarm))"
        case .unacknowledge(let alarm, _): "has taken back the acknowledgement of \(words(alarm))"
        case .clear(let alarm, _): "has cleared \(words(alarm))"
        case .note(let alarm, _): "says of \(words(alarm))"
        case .silence(let matcher, let from, let until, _):
            "has silenced \(matcher) from \(from.toTheSecond) until \(until.toTheSecond)"
        case .endSilence(let number, _): "has ended silence \(number)"
        case .nameDevice(let device, let name):
            name.isEmpty ? "gives device \(device) its own name back" : "calls device \(device) \(name)"
        case .placeDevice(let device, let placement):
            "has changed where \(deviceWords(device)) belongs: \(placement.words)"
        case .beginMaintenance(let device, let until, _):
            "works on \(deviceWords(device))" + (until.map { " until \($0.toTheSecond)" } ?? "")
        case .endMaintenance(let device, _): "has ended the maintenance of \(deviceWords(device))"
        case .forgetDevice(let device, _): "has forgotten \(deviceWords(device))"
        case .resyncDevice(let device):
            "wants \(device.map(deviceWords) ?? "every device") to be asked for its alarms"
        case .trustClock(let device, let engine): "trusts the clock of engine \(engine) of \(deviceWords(device))"
        }
    }

    /// `device edge-1 (serial:5000001)`
    private func deviceWords(_ device: String) -> String {
        let name = devices.device(device)?.name ?? device
        return name == device ? "device \(device)" : "device \(name) (\(device))"
    }
}
