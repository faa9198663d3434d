/// The translation of notifications between v1 and v2 (RFC 3584 §3).
extension TrapV1PDU {
    /// The `snmpTrapOID.0` that this trap has in v2 (RFC 3584 §3.1 (2), (3)). A `generic-trap` that no RFC has is read
    /// like 6, so that the trap keeps a name of its own; a negative `specific-trap` as the arc of the same 32 bits.
    public var trapOID: OID {
        TrapV1PDU.trapOID(enterprise: enterprise.octets, genericTrap: genericTrap, specificTrap: specificTrap)
    }

    /// The same from the fields as they lie in a datagram.
    static func trapOID(enterprise: RawSpan, genericTrap: Int32, specificTrap: Int32) -> OID {
        if genericTrap >= 0, genericTrap < Int32(OID.genericTraps.count) {
            return OID.genericTraps[Int(genericTrap)]
        }
        return OID.appending(arcs: [0, UInt32(bitPattern: specificTrap)], to: enterprise)
    }
}

extension SNMPNotification {
    /// The notification as a v1 trap (RFC 3584 §3.2), for receivers that know no other version. `nil` where v1 cannot
    /// say it: it has no Counter64 and none of the three exceptions, and no notification of fewer than 3 arcs.
    public func v1Message(community: ArraySlice<UInt8>) -> CommunityMessage? {
        for binding in variables {
            switch binding.value {
            case .counter64, .noSuchObject, .noSuchInstance, .endOfMibView: return nil
            default: continue
            }
        }
        var genericTrap = TrapV1PDU.enterpriseSpecific
        var specificTrap: Int32 = 0
        let enterprise: OID
        if let generic = OID.genericTraps.firstIndex(of: trapOID) {
            genericTrap = Int32(generic)
            enterprise = self.enterprise ?? trapEnterprise ?? .snmpTraps
        } else {
            let arcs = trapOID.arcs
            guard let last = arcs.last,
                let parent = trapOID.dropping(last: arcs.dropLast().last == 0 && arcs.count > 3 ? 2 : 1)
            else { return nil }
            specificTrap = Int32(bitPattern: last)
            enterprise = self.enterprise ?? parent
        }
        let trap = TrapV1PDU(
            enterprise: enterprise, agentAddress: agentAddress ?? trapAddress ?? 0, genericTrap: genericTrap,
            specificTrap: specificTrap, timestamp: uptime, variables: variables)
        return CommunityMessage(version: .v1, community: community, pdu: .trapV1(trap))
    }

    /// The notification as an SNMPv2-Trap or InformRequest. What a v1 trap alone knows (its address, community and
    /// enterprise) is appended where it is not among the variables already (RFC 3584 §3.1 (4)).
    public func v2PDU(kind: Kind, requestID: Int32) -> StandardPDU {
        var bindings = [
            VariableBinding(name: .sysUpTimeInstance, value: .timeTicks(uptime)),
            VariableBinding(name: .snmpTrapOIDInstance, value: .objectIdentifier(trapOID)),
        ]
        bindings.append(contentsOf: variables)
        var added: [VariableBinding] = []
        if let agentAddress {
            added.append(VariableBinding(name: .snmpTrapAddressInstance, value: .ipAddress(agentAddress)))
        }
        if version == .v1 {
            added.append(VariableBinding(name: .snmpTrapCommunityInstance, value: .octetString(community)))
        }
        if let enterprise {
            added.append(VariableBinding(name: .snmpTrapEnterpriseInstance, value: .objectIdentifier(enterprise)))
        }
        bindings.append(contentsOf: added.filter { variables.value(of: $0.name) == nil })
        return StandardPDU(
            kind: kind == .inform ? .informRequest : .trapV2, requestID: requestID,
            variables: VariableBindings(bindings))
    }

    private var trapEnterprise: OID? {
        guard case .objectIdentifier(let oid) = variables.value(of: .snmpTrapEnterpriseInstance) else { return nil }
        return oid
    }

    private var trapAddress: UInt32? {
        guard case .ipAddress(let address) = variables.value(of: .snmpTrapAddressInstance) else { return nil }
        return address
    }
}
