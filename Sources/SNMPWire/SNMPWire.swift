// SNMPWire
