internal import Basics

/// Puts IP fragments together (RFC 791 §3.2, RFC 8200 §4.5), with a bound on everything it holds.
///
/// A fragment that is seen twice is taken once. Fragments that overlap otherwise, or contradict each other about the
/// datagram's length, void their whole datagram, as RFC 5722 asks for IPv6 and Linux does for both: no sender makes them
/// by accident, and which octets would count is a guess.
struct FragmentTable {
    /// Datagrams in the making; the oldest gives way. 256 of at most 64 KiB in at most `mostPieces` are some 50 MiB at
    /// worst.
    static let mostDatagrams = 256
    /// Pieces of one datagram: the smallest that an IPv4 link may ask for (68 octets with the header, RFC 791 §3.2) make
    /// 1,366 of the largest. More are there to cost memory and time.
    static let mostPieces = 1_366
    /// As long as Linux waits for the rest of a datagram.
    static let patienceNanoseconds: Int64 = 30_000_000_000
    /// The largest IP packet.
    static let largestDatagram = 65_535

    private struct Key: Hashable {
        var source: IPAddress
        var destination: IPAddress
        var identification: UInt32
        var version: UInt8
        /// IPv4 tells datagrams apart by protocol too.
        var transport: UInt8
        var interfaceName: String?
    }

    private struct Piece {
        var offset: Int
        var octets: [UInt8]
        var end: Int { offset + octets.count }
    }

    private struct Datagram {
        var began: Timestamp
        /// When it came into the table, for choosing the oldest.
        var order: UInt64
        var pieces: [Piece] = []
        var held = 0
        var length: Int?
        /// From the first fragment: what the whole datagram carries.
        var transport: UInt8?
        var isVoid = false

        /// Takes the fragment in its place; `false` if it contradicts what is there.
        mutating func take(_ piece: Piece, isLast: Bool) -> Bool {
            guard piece.end <= FragmentTable.largestDatagram, isLast || piece.octets.count % 8 == 0 else {
                return false
            }
            let isBehindAll = (pieces.last?.offset ?? -1) < piece.offset
            let place = isBehindAll ? pieces.count : pieces.firstIndex { $0.offset >= piece.offset } ?? pieces.count
            if place < pieces.count, pieces[place].offset == piece.offset, pieces[place].octets == piece.octets {
                return !isLast || length == piece.end
            }
            let isClear =
                (place == 0 || pieces[place - 1].end <= piece.offset)
                && (place == pieces.count || piece.end <= pieces[place].offset)
            guard isClear, !piece.octets.isEmpty, pieces.count < FragmentTable.mostPieces else { return false }
            if isLast {
                guard length == nil, (pieces.last?.end ?? 0) <= piece.end else { return false }
                length = piece.end
            } else if let length, piece.end > length {
                return false
            }
            pieces.insert(piece, at: place)
            held += piece.octets.count
            return true
        }
    }

    private var datagrams: [Key: Datagram] = [:]
    private var arrivals: UInt64 = 0
    /// Datagrams given up: void, or incomplete when they were too old or one too many.
    private(set) var abandoned = 0

    /// Datagrams still incomplete.
    var waiting: Int { datagrams.values.count { !$0.isVoid } }

    /// The whole datagram's header and payload, once this fragment completes it.
    mutating func add(
        _ header: InternetHeader, _ fragment: InternetHeader.Fragment, time: Timestamp, interfaceName: String?
    ) -> InternetHeader? {
        let key = Key(
            source: header.source, destination: header.destination, identification: fragment.identification,
            version: header.version, transport: header.version == 4 ? header.transport : 0, interfaceName: interfaceName
        )
        // A fragment that the capture cut is as good as missing.
        guard header.missingOctets == 0 else { return nil }
        var datagram = datagrams.removeValue(forKey: key) ?? begin(time)
        if time.nanoseconds(since: datagram.began) > Self.patienceNanoseconds {
            giveUp(datagram)
            datagram = begin(time)
        }
        if !datagram.isVoid {
            let piece = Piece(offset: fragment.offset, octets: Array(header.payload))
            if datagram.take(piece, isLast: fragment.isLast) {
                if fragment.offset == 0 { datagram.transport = header.transport }
            } else {
                abandoned += 1
                datagram.isVoid = true
                datagram.pieces = []
            }
        }
        guard !datagram.isVoid, let transport = datagram.transport, datagram.held == datagram.length else {
            makeRoom()
            datagrams[key] = datagram
            return nil
        }
        var whole = header
        whole.transport = transport
        whole.payload = datagram.pieces.flatMap(\.octets)[...]
        return whole
    }

    private mutating func begin(_ time: Timestamp) -> Datagram {
        arrivals += 1
        return Datagram(began: time, order: arrivals)
    }

    private mutating func makeRoom() {
        guard datagrams.count >= Self.mostDatagrams,
            let oldest = datagrams.min(by: { $0.value.order < $1.value.order })
        else { return }
        giveUp(oldest.value)
        datagrams[oldest.key] = nil
    }

    private mutating func giveUp(_ datagram: Datagram) {
        if !datagram.isVoid { abandoned += 1 }
    }
}
