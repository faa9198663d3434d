import Basics
import SNMPWire

/// What the vendor's var-binds say (acBoardTrapGlobals 2–4, 6, 7 and 11), each found by its OID: firmware sends 10 to
/// 16 of them, in no promised order, with or without the `.0` of a scalar.
struct VendorReading {
    /// `nil` where it is absent or no severity.
    var severity: Severity?
    var text: String?
    /// Normalised; empty for the device itself.
    var source: String
    var eventType: String?
    var probableCause: String?
    var deviceTime: Timestamp?
}

/// The OIDs of those var-binds, spelled under every root that is looked at.
struct VendorVariables: Sendable {
    private let description: [OID]
    private let source: [OID]
    private let severity: [OID]
    private let eventType: [OID]
    private let probableCause: [OID]
    private let date: [OID]

    init(vendor: VendorProfile) {
        func spellings(_ number: UInt32) -> [OID] {
            vendor.spellings(of: VendorProfile.trapGlobals.appending(number))
        }
        description = spellings(2)
        source = spellings(3)
        severity = spellings(4)
        eventType = spellings(6)
        probableCause = spellings(7)
        date = spellings(11)
    }

    func read(_ variables: VariableBindings) -> VendorReading {
        let severity = variables.first(under: severity)?.value.asInt32.flatMap { number in
            UInt8(exactly: number).flatMap(Severity.init(rawValue:))
        }
        let text = variables.first(under: description)?.value.asOctets.map(SourceText.normalised)
        let source = variables.first(under: source)?.value.asOctets.map(SourceText.normalised)
        return VendorReading(
            severity: severity,
            text: text.flatMap { $0.isEmpty ? nil : $0 },
            source: SourceText.limited(source ?? ""),
            eventType: variables.first(under: eventType)?.value.asInt32.map(ProbableCause.eventType),
            probableCause: variables.first(under: probableCause)?.value.asInt32.map(ProbableCause.probableCause),
            deviceTime: variables.first(under: date)?.value.asOctets.flatMap(DateAndTime.timestamp))
    }
}
