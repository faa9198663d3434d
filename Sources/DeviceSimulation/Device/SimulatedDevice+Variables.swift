internal import Basics
internal import SNMPWire

/// The var-binds of the vendor's traps, and the keep-alive.
extension SimulatedDevice {
    /// acBoardTrapGlobals 1 to 16, or as many of them as the firmware sends.
    func trapVariables(
        of alarm: DeviceAlarm, _ severity: DeviceSeverity, number: UInt32, at time: Timestamp
    ) -> [VariableBinding] {
        // The vendor counts names from 0 and traps from 1.
        let name = VendorOID.number(of: alarm.key.trap).map { Int32(clamping: $0) - 1 } ?? 0
        let empty = Value.octetString([0])
        let values: [Value] = [
            .integer(name), .text(alarm.text), .text(alarm.key.source), .integer(severity.rawValue),
            .integer(RunningNumbers.wrapped(number)), .integer(alarm.eventType), .integer(alarm.probableCause),
            .text(alarm.info(0)), .text(alarm.info(1)), .text(alarm.info(2)),
            .octetString(DateAndTimeOctets.octets(time)[...]), .integer(highestSeverity.rawValue),
            // The management system fills these in on its way north; a device sends one NUL.
            empty, empty, empty, .text(String(unit.serialNumber)),
        ]
        return values.prefix(options.variableCount).enumerated().map { index, value in
            let object = VendorOID.trapGlobals.appending(UInt32(index + 1))
            return VariableBinding(name: options.hasInstances ? object.appending(0) : object, value: value)
        }
    }

    /// acKeepAlive, to the port that it has of its own.
    mutating func sendKeepAlive(at time: Timestamp) -> [SentNotification] {
        guard phase != .down else { return [] }
        let number = units[activeUnit].numbers.nextKeepAlive(options)
        let identity =
            options.keepAliveIdentity == .macAddress ? unit.macAddress : String(unit.serialNumber)
        let keepAlive = DeviceAlarm(
            OwnTrap.keepAlive, source: "", severity: .indeterminate, text: "Keep alive trap",
            additionalInfo: [
                identity, "SNMPVersion=" + options.wantedVersion,
                isPeerInSync ? peer.map { String($0.serialNumber) } ?? "" : "",
            ])
        let variables = trapVariables(of: keepAlive, .indeterminate, number: number, at: time)
        return send(keepAlive.key.trap, variables, channel: .keepAlives, at: time)
    }
}

extension DeviceAlarm {
    func info(_ index: Int) -> String { additionalInfo.indices.contains(index) ? additionalInfo[index] : "" }
}

extension Value {
    static func text(_ text: String) -> Value { .octetString(Array(text.utf8)[...]) }
}
