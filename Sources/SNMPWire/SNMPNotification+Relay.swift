extension SNMPNotification {
    /// The device that a relay speaks for, an IPv4 address in host order: `snmpTrapAddress.0`, which a relay that turns
    /// v1 into v2c makes of agent-addr (RFC 3584 §3.1), else agent-addr itself. `nil` where neither tells: 0.0.0.0 is
    /// what an agent writes that does not know its address.
    ///
    /// Any sender can write any address there; it counts for relays that are known to be some.
    public var relayedAddress: UInt32? {
        for variable in variables where variable.name == .snmpTrapAddressInstance {
            if case .ipAddress(let address) = variable.value, address != 0 { return address }
        }
        guard let agentAddress, agentAddress != 0 else { return nil }
        return agentAddress
    }
}
