import Alarms
import SNMPWire
import Testing

@Suite struct VendorProfileTests {
    @Test func theVendorsOwnRoot() {
        #expect(VendorProfile.audiocodes.trapRoot.description == "1.3.6.1.4.1.5003.9.10.1.21")
        let trap = VendorProfile.ownTrapRoot.appending(2, 0, 10)
        #expect(VendorProfile.audiocodes.canonical(trap) == trap)
        #expect(VendorProfile.audiocodes.spellings(of: trap) == [trap])
    }

    @Test func aConfiguredRootStandsForTheVendors() {
        let root = OID.enterprises.appending(4_711, 7)
        let profile = VendorProfile(trapRoot: root)
        let own = VendorProfile.ownTrapRoot.appending(2, 0, 10)
        #expect(profile.canonical(root.appending(2, 0, 10)) == own)
        #expect(profile.canonical(own) == own)
        #expect(profile.canonical(OID.mib2) == OID.mib2)
        #expect(profile.spellings(of: own) == [own, root.appending(2, 0, 10)])
        #expect(profile.spellings(of: OID.mib2) == [OID.mib2])
    }
}
