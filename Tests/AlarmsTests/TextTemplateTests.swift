import MIBCatalog
import SNMPWire
import Testing

@testable import Alarms

@Suite struct TextTemplateTests {
    private func filled(_ template: String, _ variables: [VariableBinding]) -> String {
        TextTemplate(template, vendor: .audiocodes, catalog: catalog)
            .filled(from: VariableBindings(variables), catalog: catalog)
    }

    private let status = [VariableBinding(name: oid("ifOperStatus.7"), value: .integer(2))]

    @Test(arguments: [
        ("no placeholder", "no placeholder"),
        ("{IF-MIB::ifOperStatus}", "down(2)"),
        ("is {ifOperStatus}!", "is down(2)!"),
        ("{ifOperStatus} {ifOperStatus}", "down(2) down(2)"),
        ("{ifAdminStatus}", "?"),
        ("{IF-MIB::ifIndex}", "7"),
        ("{noSuchObject}", "{noSuchObject}"),
        ("{", "{"), ("}", "}"), ("{}", "{}"), ("{ifOperStatus", "{ifOperStatus"), ("", ""),
    ])
    func placeholdersAreFilled(template: String, expected: String) {
        #expect(filled(template, status) == expected)
    }

    @Test func theTextOfADeviceIsNoTemplate() {
        let description = [VariableBinding(name: oid("ifDescr.7"), value: text("{ifOperStatus}"))]
        #expect(filled("{ifDescr}", description + status) == "{ifOperStatus}")
    }

    @Test func placeholdersAreListed() {
        #expect(TextTemplate.placeholders(in: "{a} and {IF-MIB::b}, {} {") == ["a", "IF-MIB::b"])
    }
}
