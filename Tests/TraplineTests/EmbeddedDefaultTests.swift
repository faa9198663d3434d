import Foundation
import TestPeers
import Testing

/// The README's first command: the server without a configuration, on the real ports, in a network namespace of its own
/// so that nothing else of this machine is touched.
@Suite struct EmbeddedDefaultTests {
    @Test func aTrapToPort162IsShown() throws {
        let output = try inNamespace(dropping: nil, port: 162)
        #expect(output.contains("receives on 0.0.0.0:162"), "\(output)")
        #expect(output.contains("receives on 0.0.0.0:1161"))
        #expect(output.contains("linkDown  ifIndex.7"), "\(output)")
        #expect(output.contains("stopped: all that was received is processed"))
        #expect(output.contains("exit status 0"))
    }

    @Test func withoutTheRightToBindItListensAbove10000AndSaysSo() throws {
        let output = try inNamespace(dropping: "net_bind_service", port: 10_162)
        #expect(output.contains("this user may not bind ports below 1024"), "\(output)")
        #expect(output.contains("receives on 0.0.0.0:10162"))
        #expect(output.contains("receives on 0.0.0.0:11161"))
        #expect(output.contains("linkDown  ifIndex.7"), "\(output)")
        #expect(output.contains("exit status 0"))
    }

    /// Runs `trapline serve` in an empty folder, sends it a trap, stops it by SIGTERM; what it printed.
    private func inNamespace(dropping capability: String?, port: UInt16) throws -> String {
        let folder = try TemporaryFolder()
        let serve = capability.map { "setpriv --bounding-set=-\($0) --inh-caps=-\($0) -- " } ?? ""
        let script = try folder.write(
            """
            set -e
            ip link set lo up
            cd \(folder.path)
            \(serve)\(try TraplineProgram.path()) serve >output 2>&1 &
            server=$!
            tries=0
            until grep -q 'notice: ready' output; do
                tries=$((tries + 1))
                [ $tries -lt 300 ] || break
                sleep 0.1
            done
            snmptrap -v 2c -c public 127.0.0.1:\(port) '' 1.3.6.1.6.3.1.1.5.3 1.3.6.1.2.1.2.2.1.1.7 i 7
            tries=0
            until grep -q 'linkDown' output; do
                tries=$((tries + 1))
                [ $tries -lt 300 ] || break
                sleep 0.1
            done
            kill -TERM $server
            status=0
            wait $server || status=$?
            cat output
            echo "exit status $status"
            """, to: "script")
        // A user namespace gives the right to make a network namespace to whoever runs the tests.
        let result = try Command.run("unshare", ["--map-root-user", "--net", "sh", script])
        return result.text + result.standardError
    }
}
