import Basics
import SNMPWire

/// What the vendor's var-binds say (acBoardTrapGlobals 2–7, 11 and 16), each found by its OID: firmware sends 10 to
/// 16 of them, in no promised order, with or without the `.0` of a scalar.
struct VendorReading {
    /// `nil` where it is absent or no severity.
    private(set) var severity: Severity?
    private(set) var text: String?
    /// Normalised; empty for the device itself.
    private(set) var source = ""
    private(set) var eventType: String?
    private(set) var probableCause: String?
    private(set) var deviceTime: Timestamp?
    private(set) var runningNumber: Int32?
    /// `nil` where it is empty or nothing but zeros, which is what a device without one sends.
    private(set) var serial: String?

    /// - Parameter roots: what acBoardTrapGlobals may be spelled as.
    init(_ variables: VariableBindings, roots: ObjectPrefixes) {
        variables.forEach(below: roots, arcs: VendorReading.read) { take($1, of: $0) }
    }

    /// A bit for each of the objects that are read.
    private static let read: UInt64 = [2, 3, 4, 5, 6, 7, 11, 16].reduce(0) { $0 | 1 << $1 }

    /// The first of several with one number counts.
    private mutating func take(_ value: Value, of number: UInt8) {
        switch number {
        case 2 where text == nil:
            text = value.asOctets.map(SourceText.normalised).flatMap { $0.isEmpty ? nil : $0 }
        case 3 where source.isEmpty:
            source = value.asOctets.map(SourceText.normalised).map(SourceText.limited) ?? ""
        case 4 where severity == nil:
            severity = value.asInt32.flatMap { UInt8(exactly: $0) }.flatMap(Severity.init(rawValue:))
        case 5 where runningNumber == nil:
            runningNumber = value.asInt32.flatMap { DeviceOrder.numbers.contains($0) ? $0 : nil }
        case 6 where eventType == nil:
            eventType = value.asInt32.map(ProbableCause.eventType)
        case 7 where probableCause == nil:
            probableCause = value.asInt32.map(ProbableCause.probableCause)
        case 11 where deviceTime == nil:
            deviceTime = value.asOctets.flatMap(DateAndTime.timestamp)
        case 16 where serial == nil:
            serial = value.asOctets.map(SourceText.normalised).flatMap { text in
                text.allSatisfy { $0 == "0" } ? nil : SourceText.limited(text)
            }
        default:
            break
        }
    }
}
