/// Names of the vendor's event types and probable causes: those of ITU-T X.733 §8.1.1 and §8.1.2.1 and X.736, numbered
/// from 0 in the vendor's own order, and spelled as the standards spell them.
///
/// They are here and not read from a MIB, since an event must not depend on which modules happen to be loaded.
enum ProbableCause {
    static func eventType(_ number: Int32) -> String {
        name(number, in: eventTypes)
    }

    static func probableCause(_ number: Int32) -> String {
        name(number, in: probableCauses)
    }

    /// A number past the list stands for itself: newer firmware knows more causes than we do.
    private static func name(_ number: Int32, in names: [String]) -> String {
        names.indices.contains(Int(number)) ? names[Int(number)] : String(number)
    }

    static let eventTypes = [
        "other", "communicationsAlarm", "qualityOfServiceAlarm", "processingErrorAlarm", "equipmentAlarm",
        "environmentalAlarm",
    ]

    static let probableCauses = [
        "other",
        "adapterError",
        "applicationSubsystemFailure",
        "bandwidthReduced",
        "callEstablishmentError",
        "communicationsProtocolError",
        "communicationsSubsystemFailure",
        "configurationOrCustomizationError",
        "congestion",
        "corruptData",
        "cpuCyclesLimitExceeded",
        "dataSetOrModemError",
        "degradedSignal",
        "dteDceInterfaceError",
        "enclosureDoorOpen",
        "equipmentMalfunction",
        "excessiveVibration",
        "fileError",
        "fireDetected",
        "floodDetected",
        "framingError",
        "heatingVentCoolingSystemProblem",
        "humidityUnacceptable",
        "inputOutputDeviceError",
        "inputDeviceError",
        "lanError",
        "leakDetected",
        "localNodeTransmissionError",
        "lossOfFrame",
        "lossOfSignal",
        "materialSupplyExhausted",
        "multiplexerProblem",
        "outOfMemory",
        "outputDeviceError",
        "performanceDegraded",
        "powerProblem",
        "pressureUnacceptable",
        "processorProblem",
        "pumpFailure",
        "queueSizeExceeded",
        "receiveFailure",
        "receiverFailure",
        "remoteNodeTransmissionError",
        "resourceAtOrNearingCapacity",
        "responseTimeExcessive",
        "retransmissionRateExcessive",
        "softwareError",
        "softwareProgramAbnormallyTerminated",
        "softwareProgramError",
        "storageCapacityProblem",
        "temperatureUnacceptable",
        "thresholdCrossed",
        "timingProblem",
        "toxicLeakDetected",
        "transmitFailure",
        "transmitterFailure",
        "underlyingResourceUnavailable",
        "versionMismatch",
        "authenticationFailure",
        "breachOfConfidentiality",
        "cableTamper",
        "delayedInformation",
        "denialOfService",
        "duplicateInformation",
        "informationMissing",
        "informationModificationDetected",
        "informationOutOfSequence",
        "intrusionDetection",
        "keyExpired",
        "nonRepudiationFailure",
        "outOfHoursActivity",
        "outOfService",
        "proceduralError",
        "unauthorizedAccessAttempt",
        "unexpectedInformation",
    ]
}
