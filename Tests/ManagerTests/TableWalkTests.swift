import SNMPWire
import Testing

@testable import Manager

/// An agent's view, as far as walks need it.
struct AgentView {
    private let variables: [VariableBinding]
    /// The most variables in one reply; past it the answer is tooBig.
    var capacity = Int.max

    init(_ variables: [(String, Value)]) {
        self.variables = variables.compactMap { name, value in
            OID(name).map { VariableBinding(name: $0, value: value) }
        }.sorted { $0.name < $1.name }
    }

    func answer(_ request: SNMPRequest, isV1: Bool = false) -> SNMPReply {
        guard case .getBulk(let repetitions) = request.operation else {
            return SNMPReply(requestID: 1, errorStatus: 5, variables: [])
        }
        var before = request.variables.map(\.name)
        var reply: [VariableBinding] = []
        for _ in 0..<(isV1 ? 1 : repetitions) {
            for column in before.indices {
                if let next = variables.first(where: { $0.name > before[column] }) {
                    reply.append(next)
                    before[column] = next.name
                } else if isV1 {
                    return SNMPReply(
                        requestID: 1, errorStatus: SNMPReply.noSuchName, errorIndex: Int32(column + 1),
                        variables: request.variables)
                } else {
                    reply.append(VariableBinding(name: before[column], value: .endOfMibView))
                }
            }
        }
        if reply.count > capacity { return SNMPReply(requestID: 1, errorStatus: SNMPReply.tooBig, variables: []) }
        return SNMPReply(requestID: 1, variables: VariableBindings(reply))
    }

    /// Walks to the end; the replies that it took.
    func walk(_ walk: inout TableWalk, isV1: Bool = false) -> Int {
        var replies = 0
        while let request = walk.request {
            let reply = answer(request, isV1: isV1)
            if !isV1 { #expect(reply.answers(request)) }
            walk.take(reply)
            replies += 1
        }
        return replies
    }
}

@Suite struct TableWalkTests {
    private static let entry = "1.3.6.1.4.1.5003.11.1.1.1.1"

    private static func columns(_ numbers: [UInt32]) throws -> [OID] {
        let entry = try #require(OID(entry))
        return numbers.map { entry.appending($0) }
    }

    private static func table(rows: [UInt32], columns: [UInt32] = [3, 6]) -> [(String, Value)] {
        rows.flatMap { row in columns.map { ("\(entry).\($0).\(row)", Value.integer(Int32(row * 100 + $0))) } }
    }

    private static let neighbours: [(String, Value)] = [
        ("1.3.6.1.4.1.5003.11.1.1.0", .integer(1)), ("1.3.6.1.4.1.5003.11.1.2.1.1.1.1", .integer(2)),
    ]

    private func check(_ walk: TableWalk, has rows: [UInt32]) {
        #expect(walk.end == .complete)
        #expect(walk.rows.map(\.index) == rows.map { [$0] })
        for (row, index) in zip(walk.rows, rows) {
            #expect(row.values == [.integer(Int32(index * 100 + 3)), .integer(Int32(index * 100 + 6))])
        }
    }

    @Test(arguments: [[], [1], [1, 2, 3], Array(1...10), Array(1...57), [5, 300, 70_000]] as [[UInt32]])
    func aTableIsReadWhole(rows: [UInt32]) throws {
        let view = AgentView(Self.table(rows: rows) + Self.neighbours)
        var walk = TableWalk(columns: try Self.columns([3, 6]))
        #expect(view.walk(&walk) <= rows.count / Int(TableWalk.firstRepetitions) + 1)
        check(walk, has: rows)
    }

    @Test func aTableAtTheViewsEndIsReadWhole() throws {
        var walk = TableWalk(columns: try Self.columns([3, 6]))
        _ = AgentView(Self.table(rows: [1, 2])).walk(&walk)
        check(walk, has: [1, 2])
    }

    @Test func v1DevicesAreReadRowByRow() throws {
        var walk = TableWalk(columns: try Self.columns([3, 6]))
        _ = AgentView(Self.table(rows: [1, 2, 3])).walk(&walk, isV1: true)
        check(walk, has: [1, 2, 3])
    }

    @Test func aWalkCanBeginBehindARow() throws {
        var walk = TableWalk(columns: try Self.columns([3, 6]), after: [2])
        _ = AgentView(Self.table(rows: [1, 2, 3, 4])).walk(&walk)
        check(walk, has: [3, 4])
    }

    @Test func holesStayHoles() throws {
        let all = Self.table(rows: [1, 2, 3, 4])
        let view = AgentView(all.filter { $0.0 != "\(Self.entry).6.2" && $0.0 != "\(Self.entry).3.4" })
        var walk = TableWalk(columns: try Self.columns([3, 6]))
        _ = view.walk(&walk)
        #expect(walk.end == .complete)
        #expect(walk.rows.map(\.index) == [[1], [2], [3], [4]])
        #expect(
            walk.rows.map { $0.values.map { $0 != nil } } == [
                [true, true], [true, false], [true, true], [false, true],
            ])
    }

    @Test func aDeviceThatCannotSendSoMuchIsAskedForLess() throws {
        for capacity in [1, 2, 3, 5, 7, 19] {
            var view = AgentView(Self.table(rows: Array(1...12)) + Self.neighbours)
            view.capacity = capacity
            var walk = TableWalk(columns: try Self.columns([3, 6]))
            _ = view.walk(&walk)
            check(walk, has: Array(1...12))
        }
    }

    @Test func aDeviceThatCannotSendOneValueEndsTheWalk() throws {
        var view = AgentView(Self.table(rows: [1]))
        view.capacity = 0
        var walk = TableWalk(columns: try Self.columns([3, 6]))
        #expect(view.walk(&walk) < 10)
        #expect(walk.end == .tooBig)
    }

    @Test func anAgentThatGoesRoundEndsTheWalk() throws {
        let columns = try Self.columns([3])
        var walk = TableWalk(columns: columns)
        walk.take(
            SNMPReply(
                requestID: 1,
                variables: [
                    VariableBinding(name: columns[0].appending(7), value: .integer(1)),
                    VariableBinding(name: columns[0].appending(3), value: .integer(1)),
                ]))
        #expect(walk.end == .loop)
        #expect(walk.request == nil)
    }

    @Test func anAgentThatRepeatsItselfEndsTheWalk() throws {
        let columns = try Self.columns([3])
        var walk = TableWalk(columns: columns)
        let reply = SNMPReply(
            requestID: 1, variables: [VariableBinding(name: columns[0].appending(7), value: .integer(1))])
        walk.take(reply)
        #expect(walk.end == nil)
        walk.take(reply)
        #expect(walk.end == .loop)
    }

    @Test func anEmptyReplyEndsTheWalk() throws {
        var walk = TableWalk(columns: try Self.columns([3]))
        walk.take(SNMPReply(requestID: 1, variables: []))
        #expect(walk.end == .noProgress)
    }

    @Test func anyOtherErrorEndsTheWalk() throws {
        var walk = TableWalk(columns: try Self.columns([3]))
        walk.take(SNMPReply(requestID: 1, errorStatus: 5, errorIndex: 1, variables: []))
        #expect(walk.end == .error)
        #expect(walk.trouble?.contains("genErr") == true)
        var refused = TableWalk(columns: walk.columns)
        refused.take(SNMPReply(requestID: 1, errorStatus: 16, variables: []))
        #expect(refused.trouble?.contains("authorizationError; on the device, look at which level") == true)
        var unknown = TableWalk(columns: walk.columns)
        unknown.take(SNMPReply(requestID: 1, errorStatus: 99, variables: []))
        #expect(unknown.trouble == "the device answers error-status 99")
    }

    @Test func anEndlessTableEndsTheWalk() throws {
        let columns = try Self.columns([3])
        var walk = TableWalk(columns: columns)
        var row: UInt32 = 0
        while walk.end == nil {
            row += 1
            walk.take(
                SNMPReply(
                    requestID: 1, variables: [VariableBinding(name: columns[0].appending(row), value: .integer(1))]))
        }
        #expect(walk.end == .tooLong)
        #expect(Int(row) == TableWalk.rowLimit + 1)
    }

    @Test func aTableOfEndlessTextsEndsTheWalk() throws {
        let columns = try Self.columns([3])
        var walk = TableWalk(columns: columns)
        let text = Value.octetString(Array(repeating: 0x61, count: 60_000)[...])
        for row in 1...18 as ClosedRange<UInt32> {
            #expect(walk.end == nil, "row \(row)")
            walk.take(
                SNMPReply(requestID: 1, variables: [VariableBinding(name: columns[0].appending(row), value: text)]))
        }
        #expect(walk.end == .tooLong)
        #expect(walk.rows.count == 18)
    }

    /// Agents may cut a reply anywhere (RFC 3416 §4.2.3).
    @Test(arguments: 1...7) func repliesMayBeCutAnywhere(length: Int) throws {
        let view = AgentView(Self.table(rows: Array(1...9)) + Self.neighbours)
        var walk = TableWalk(columns: try Self.columns([3, 6]))
        while let request = walk.request {
            let whole = view.answer(request)
            walk.take(SNMPReply(requestID: 1, variables: VariableBindings(Array(whole.variables.prefix(length)))))
        }
        check(walk, has: Array(1...9))
    }
}
