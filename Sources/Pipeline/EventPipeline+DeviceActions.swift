internal import Alarms
internal import Basics
internal import Devices
internal import Journal

/// What operators do to devices.
extension EventPipeline {
    mutating func carryOutOnDevice(
        _ action: OperatorAction, by name: String, at time: Timestamp, _ draft: inout BatchDraft
    ) -> String {
        switch action {
        case .beginMaintenance(let device, let until, let reason):
            guard devices.device(device) != nil else { return AuditOutcome.noDevice }
            guard until.map({ $0 > (clock ?? time) }) ?? true else { return AuditOutcome.over }
            operations.maintenances.begin(
                Maintenance(device: device, since: time, until: until, reason: reason, by: name))
            noteMaintenance(of: device, true)
            return AuditEntry.done
        case .endMaintenance(let device, _):
            guard operations.maintenances.end(device) != nil else { return AuditOutcome.noMaintenance }
            noteMaintenance(of: device, false)
            tellHeldBack(because: ToldAgain.maintenanceEnded, at: clock ?? time, &draft)
            return AuditEntry.done
        default:
            return AuditOutcome.noDevice
        }
    }

    /// The inventory shows it.
    mutating func noteMaintenance(of device: String, _ isInMaintenance: Bool) {
    }
}
