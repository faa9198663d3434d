internal import Alarms
internal import Basics
internal import Devices
internal import Resynchronisation
internal import SNMPSecurity

/// What becomes of all that is kept by a device's identity when that changes, or goes.
extension EventPipeline {
    /// The device was known as `previous` until now; all that stands under that is its own. An alarm that it has under both
    /// is told to end under the one before, by the name and the maintenance that it had there.
    mutating func move(
        _ previous: String, to device: EventDevice, at time: Timestamp, _ draft: inout BatchDraft
    ) {
        tell(alarms.move(previous, to: device), at: time, &draft)
        boots.move(previous, to: device.id)
        engineClocks.move(previous, to: device.id)
        operations.move(from: previous, to: device.id)
        if operations.maintenances.contains(device.id) { noteMaintenance(of: device.id, true) }
        syncs.rename(previous, to: device.id)
    }

    /// The device is known no more: its alarms are told to end while it still has its name and its place, and all else that
    /// is kept of it goes.
    mutating func forget(_ device: String, at time: Timestamp, _ draft: inout BatchDraft) {
        tell(alarms.forget(device), at: time, &draft)
        boots.forget(device)
        engineClocks.forget(device)
        operations.forget(device)
        syncs.forget(device)
        for news in devices.forget(device)?.news ?? [] { tell(news, &draft) }
    }
}
