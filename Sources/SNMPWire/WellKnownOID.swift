/// The OIDs that the protocol itself speaks of (RFC 2578 §2, RFC 3418 §2, RFC 3584 §9).
extension OID {
    /// 0.0: the OID that names nothing (`zeroDotZero` of RFC 2578).
    public static let zeroDotZero = OID(wellKnown: [0x00])
    /// 1.3.6.1
    public static let internet = OID(wellKnown: [0x2b, 6, 1])
    /// 1.3.6.1.2.1
    public static let mib2 = OID(wellKnown: [0x2b, 6, 1, 2, 1])
    /// 1.3.6.1.4.1
    public static let enterprises = OID(wellKnown: [0x2b, 6, 1, 4, 1])
    /// sysUpTime.0
    public static let sysUpTimeInstance = OID(wellKnown: [0x2b, 6, 1, 2, 1, 1, 3, 0])
    /// snmpTrapOID.0
    public static let snmpTrapOIDInstance = OID(wellKnown: [0x2b, 6, 1, 6, 3, 1, 1, 4, 1, 0])
    /// snmpTrapEnterprise.0
    public static let snmpTrapEnterpriseInstance = OID(wellKnown: [0x2b, 6, 1, 6, 3, 1, 1, 4, 3, 0])
    /// snmpTraps, under which coldStart is 1 and egpNeighborLoss 6.
    public static let snmpTraps = OID(wellKnown: [0x2b, 6, 1, 6, 3, 1, 1, 5])
    /// snmpTrapAddress.0
    public static let snmpTrapAddressInstance = OID(wellKnown: [0x2b, 6, 1, 6, 3, 18, 1, 3, 0])
    /// snmpTrapCommunity.0
    public static let snmpTrapCommunityInstance = OID(wellKnown: [0x2b, 6, 1, 6, 3, 18, 1, 4, 0])

    /// The six notifications that v1 has by number: coldStart, warmStart, linkDown, linkUp, authenticationFailure and
    /// egpNeighborLoss, in the order of their `generic-trap` (RFC 1157 §4.1.6).
    static let genericTraps: [OID] = (1...6).map { snmpTraps.appending($0) }

    private init(wellKnown octets: [UInt8]) {
        self.encoded = octets[...]
    }
}
