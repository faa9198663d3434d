import Routing
import Testing

@Suite struct RoutingDecisionTests {
    @Test func aSinkIsLeftOutWhateverTheTableSaid() {
        var decision = RoutingDecision(
            matched: ["all"], sinks: ["archive", "noc", "ops"], vetoed: ["pager"], following: ["noc", "ops"])
        decision.leaveOut("noc")
        #expect(
            decision
                == RoutingDecision(
                    matched: ["all"], sinks: ["archive", "ops"], vetoed: ["noc", "pager"], following: ["ops"]))
    }

    @Test func aSinkThatIsNotThereChangesNothing() {
        let decision = RoutingDecision(matched: ["all"], sinks: ["archive"], vetoed: ["noc"], following: ["archive"])
        var same = decision
        same.leaveOut("noc")
        same.leaveOut("")
        #expect(same == decision)
    }
}
