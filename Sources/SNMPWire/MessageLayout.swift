/// Where the parts of a message lie in a datagram: the one pass that checks every octet, and allocates nothing. What
/// else reads a datagram builds on it.
struct MessageLayout {
    enum Body {
        case community(Range<Int>, PDULayout)
        case v3(V3Layout)
    }

    var version: SNMPVersion
    /// Where the message ends; what may follow it is not its own.
    var end: Int
    var body: Body

    /// - Parameter leavesVariables: for whoever walks the variables anyway: they are not checked here, nor counted.
    init(_ datagram: RawSpan, leniency: Leniency, leavesVariables: Bool = false) throws(WireError) {
        guard datagram.byteCount <= WireLimits.datagramOctets else {
            throw WireError(.tooLong, at: WireLimits.datagramOctets)
        }
        var outer = BERReader(datagram, leniency: leniency)
        var reader = outer.inside(try outer.element(BERTag.sequence))
        if !leniency.contains(.trailingBytes) {
            try outer.expectEnd()
        }
        self.end = outer.position
        let versionOffset = reader.position
        guard let version = SNMPVersion(rawValue: try reader.int32()) else {
            throw WireError(.badVersion, at: versionOffset)
        }
        self.version = version
        if version == .v3 {
            self.body = .v3(try reader.v3Message(leavesVariables: leavesVariables))
        } else {
            let community = try reader.community()
            self.body = .community(community, try reader.pdu(version: version, leavesVariables: leavesVariables))
        }
        try reader.expectEnd()
    }

    /// Where the ciphertext begins; 0 where there is none.
    var encryptedOffset: Int {
        guard case .v3(let v3) = body else { return 0 }
        return v3.encrypted?.lowerBound ?? 0
    }

    /// `nil` where it is encrypted.
    var pdu: PDULayout? {
        switch body {
        case .community(_, let pdu): pdu
        case .v3(let v3): v3.pdu
        }
    }
}

extension BERReader {
    @_lifetime(self: copy self)
    fileprivate mutating func community() throws(WireError) -> Range<Int> {
        let start = position
        if nextTag == BERTag.null {
            let contents = try element(BERTag.null)
            guard leniency.contains(.nullCommunity), contents.isEmpty else {
                throw WireError(.badCommunity, at: start)
            }
            return contents
        }
        let contents = try element(BERTag.octetString)
        guard !contents.isEmpty || leniency.contains(.emptyCommunity) else {
            throw WireError(.badCommunity, at: start)
        }
        return contents
    }
}
