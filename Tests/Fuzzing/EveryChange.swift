import Glibc
import SNMPWire

/// Tries each of the 255 changes of each octet of the files named as arguments: two million datagrams, for which a debug
/// build would need minutes.
@main
struct EveryChange {
    static func main() {
        var tried = 0
        for path in CommandLine.arguments.dropFirst() {
            guard var datagram = octets(of: path), !datagram.isEmpty else {
                print("\(path) cannot be read")
                exit(1)
            }
            for offset in datagram.indices {
                let original = datagram[offset]
                for change in UInt8.min...UInt8.max where change != original {
                    datagram[offset] = change
                    check(datagram, path)
                    tried += 1
                }
                datagram[offset] = original
            }
        }
        print("\(tried) changed datagrams are read or refused")
    }

    private static func check(_ datagram: [UInt8], _ path: String) {
        guard let disagreement = Reading(datagram).disagreement else { return }
        let hex = datagram.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        print("\(path): \(disagreement)\n\(hex)")
        exit(1)
    }

    private static func octets(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var octets = [UInt8](repeating: 0, count: WireLimits.datagramOctets)
        let count = fread(&octets, 1, octets.count, file)
        return Array(octets.prefix(count))
    }
}
