import MIBCatalog
import Testing

@testable import Alarms

/// The names of the event types and causes against the vendor's module.
@Suite struct ProbableCauseTests {
    /// What the module misspells, and X.733 does not.
    private let corrected = [
        "ouputDeviceError": "outputDeviceError", "responseTimeExecessive": "responseTimeExcessive",
    ]

    private func names(of object: String) -> [String] {
        let enumeration = catalog.node(named: object)?.enumeration ?? [:]
        return enumeration.sorted { $0.key < $1.key }.enumerated().map { offset, entry in
            offset == Int(entry.key) ? corrected[entry.value] ?? entry.value : "\(entry.key) is out of order"
        }
    }

    @Test func eventTypesAreTheModules() {
        #expect(names(of: "AcBoard::acBoardTrapGlobalsType") == ProbableCause.eventTypes)
    }

    @Test func causesAreTheModules() {
        #expect(names(of: "AcBoard::acBoardTrapGlobalsProbableCause") == ProbableCause.probableCauses)
    }

    @Test func aNumberPastTheListStandsForItself() {
        #expect(ProbableCause.probableCause(0) == "other")
        #expect(ProbableCause.probableCause(29) == "lossOfSignal")
        #expect(ProbableCause.probableCause(74) == "unexpectedInformation")
        #expect(ProbableCause.probableCause(75) == "75")
        #expect(ProbableCause.probableCause(-1) == "-1")
        #expect(ProbableCause.eventType(6) == "6")
    }
}
