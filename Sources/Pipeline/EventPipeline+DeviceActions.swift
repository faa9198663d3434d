internal import Alarms
internal import Basics
internal import Devices
internal import Journal
internal import Resynchronisation

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
        case .nameDevice(let device, let name):
            return give(device) { $0.name = name.isEmpty ? nil : name }
        case .placeDevice(let device, let placement):
            return give(device) { $0.take(placement) }
        case .forgetDevice(let device, _):
            guard devices.device(device) != nil else { return AuditOutcome.noDevice }
            forget(device, at: time, &draft)
            return AuditEntry.done
        default:
            return AuditOutcome.noDevice
        }
    }

    private mutating func give(_ id: String, _ change: (inout Device.Placement) -> Void) -> String {
        guard var placement = devices.device(id)?.given else { return AuditOutcome.noDevice }
        change(&placement)
        guard devices.give(placement, to: id) else { return AuditOutcome.noDevice }
        // What stands is listed, silenced and told again as what it is now.
        alarms.take(eventDevice(id))
        return AuditEntry.done
    }

    /// The inventory shows it.
    mutating func noteMaintenance(of device: String, _ isInMaintenance: Bool) {
        _ = devices.setMaintenance(isInMaintenance, of: device)
    }
}

extension Device.Placement {
    /// What is `nil` stays as it is; what is empty is given back to the device's network.
    fileprivate mutating func take(_ placement: DevicePlacement) {
        func taken(_ said: String?, _ known: String?) -> String? {
            guard let said else { return known }
            return said.isEmpty ? nil : said
        }
        group = taken(placement.group, group)
        tenant = taken(placement.tenant, tenant)
        region = taken(placement.region, region)
        site = taken(placement.site, site)
    }
}
